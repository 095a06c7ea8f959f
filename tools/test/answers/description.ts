/** As much of an OpenAPI description as answers are compared with. */
export interface Description {
  readonly info: { readonly title: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

export interface Operation {
  readonly responses: Readonly<Record<string, { readonly content: Content }>>;
}
export type Content = Readonly<Record<string, { readonly schema: object }>>;

export interface Answer {
  readonly method: string;
  /** As it was asked for, with its query. */
  readonly url: string;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** A method at a path of the description: `GET /api/v1/orders/{id}`. */
interface Found {
  readonly name: string;
  readonly operation: Operation;
}

export function operationOf(
  { paths }: Description,
  { method, url }: Pick<Answer, 'method' | 'url'>,
): Found | undefined {
  const path = url.split('?', 1)[0] ?? '';
  const asked = method === 'HEAD' ? 'get' : method.toLowerCase();
  for (const [template, operations] of Object.entries(paths)) {
    const operation = operations[asked];
    if (operation && patternOf(template).test(path)) return { name: `${asked.toUpperCase()} ${template}`, operation };
  }
  return undefined;
}

/** One described answer, by name. */
export const answerName = (service: string, operation: string, status: number | string) =>
  `${service}: ${operation} → ${status}`;

/** Names of all answers that are described, but for those of any fault (`default`). */
export function describedAnswers({ info, paths }: Description): string[] {
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses)
        .filter((status) => status !== 'default')
        .map((status) => answerName(info.title, `${method.toUpperCase()} ${path}`, status)),
    ),
  );
}

// Express finds a path in upper and lower case alike.
function patternOf(template: string): RegExp {
  const parts = template.split(/\{\w+\}/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('[^/]+')}$`, 'i');
}
