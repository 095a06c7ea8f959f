import type { Route } from '@order-events/runtime';

interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly contentMediaType?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** The routes of a service for its README: who may call each, what it returns, and with which codes of its own it refuses. */
export function routeTable(routes: readonly Route[]): string {
  const rows = routes.map((route) => [requestOf(route), whoOf(route), resultOf(route), refusalsOf(route)]);
  const lines = [['request', 'who', 'result', 'refusals of its own'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`).join('\n');
}

function requestOf({ method, path, query = {}, body, headers = {} }: Route): string {
  const names = Object.keys(query);
  const asked = `${method.toUpperCase()} ${path}${names.length > 0 ? `?${names.map((name) => `${name}=`).join('&')}` : ''}`;
  const sent = [body && shapeOf(body as Schema), ...Object.values(headers).map(({ name }) => name)];
  return [asked, ...sent.filter((each) => each !== undefined)].map((each) => `\`${each}\``).join(' ');
}

function whoOf({ who }: Route): string {
  const inWords = (role: string) => {
    if (role === 'person') return 'a person';
    return role === 'admin' ? 'an admin' : `the service ${role.replace('service:', '')}`;
  };
  return [who].flat().map(inWords).join(', ');
}

function resultOf({ summary, answers }: Route): string {
  const good = Object.entries(answers).filter(([status]) => Number(status) < 400);
  const shapes = Map.groupBy(good, ([, answer]) => namedShape(answer as Schema));
  const told = [...shapes].map(([shape, same]) => `${same.map(([status]) => status).join(', ')} ${shape}`);
  return `${summary}: ${told.join('; ')}`;
}

function refusalsOf({ answers }: Route): string {
  const refusals = Object.entries(answers).filter(([, answer]) => Array.isArray(answer));
  return refusals
    .map(([status, codes]) => `${status} ${(codes as string[]).map((code) => `\`${code}\``).join(' ')}`)
    .join('; ');
}

function namedShape(schema: Schema): string {
  return schema.title ?? schema.contentMediaType ?? `\`${shapeOf(schema)}\``;
}

function shapeOf({ properties = {}, required = [] }: Schema): string {
  const fields = Object.entries(properties).map(([name, { items }]) => {
    const inner =
      items?.properties && !items.title ? `: [${shapeOf(items)}]` : items?.title ? `: [${items.title}]` : '';
    return `${name}${required.includes(name) ? '' : '?'}${inner}`;
  });
  return fields.length > 0 ? `{ ${fields.join(', ')} }` : '{ }';
}
