import { type Answer, type Content, type Description, operationOf } from './description.ts';

type Compile = (schema: object) => (value: unknown) => { readonly ok: boolean; readonly problems?: unknown };

/** What every service answers on its own port without describing it. */
const everywhere = /^\/(livez|readyz|metrics|openapi\.json)(\?|$)/;

/** What is wrong with an answer, by the description of the service that gave it; undefined when it is as described. */
export function differenceOf(answer: Answer, description: Description, compile: Compile): string | undefined {
  const { status, method, url } = answer;
  const found = operationOf(description, answer);
  const said = `${description.info.title} answered ${method} ${url} with ${status}`;
  if (!found) return status >= 400 || everywhere.test(url) ? undefined : `${said}, and no route describes it`;
  const { responses } = found.operation;
  // Anything can fail by a bug, or for want of what it needs.
  const described = responses[status] ?? (status === 500 || status === 503 ? responses.default : undefined);
  if (!described) return `${said}, and ${found.name} describes ${Object.keys(responses).join(', ')}`;
  const problem = method === 'HEAD' ? undefined : bodyProblem(answer, described.content, description, compile);
  return problem && `${said}, and ${problem}`;
}

function bodyProblem(answer: Answer, content: Content, description: Description, compile: Compile): string | undefined {
  const mediaType = answer.contentType.split(';', 1)[0] ?? '';
  const described = content[mediaType];
  if (!described) return `${mediaType || 'no media type'} is none of ${Object.keys(content).join(', ')}`;
  if (!mediaType.endsWith('json')) return undefined;
  const check = checkOf(described.schema, description, compile);
  const checked = check(JSON.parse(answer.body));
  return checked.ok ? undefined : `its body differs from the schema: ${JSON.stringify(checked.problems)}`;
}

const checks = new WeakMap<object, ReturnType<Compile>>();

function checkOf(schema: object, { components }: Description, compile: Compile): ReturnType<Compile> {
  const check = checks.get(schema) ?? compile(resolved(schema, components.schemas) as object);
  checks.set(schema, check);
  return check;
}

/** The schema with what it names by reference. */
function resolved(schema: unknown, schemas: Description['components']['schemas']): unknown {
  if (Array.isArray(schema)) return schema.map((each) => resolved(each, schemas));
  if (typeof schema !== 'object' || schema === null) return schema;
  const { $ref } = schema as { $ref?: string };
  if ($ref) return schemas[$ref.replace('#/components/schemas/', '')];
  return Object.fromEntries(Object.entries(schema).map(([name, each]) => [name, resolved(each, schemas)]));
}
