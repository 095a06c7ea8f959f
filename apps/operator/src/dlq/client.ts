import { randomUUID } from 'node:crypto';
import { DlqError, EXIT } from './errors.ts';
import type { Address } from './find-system.ts';
import { parseExactly, printable } from './table.ts';

export interface Letter {
  readonly queue: string;
  readonly id: string;
  readonly digest: string;
  readonly type: string;
  readonly orderId?: string;
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly replay: number;
  readonly deadSince?: string;
  readonly copies: number;
  readonly bytes: number;
}

export interface FullLetter extends Letter {
  readonly labels: Record<string, unknown>;
  readonly headers: Record<string, unknown>;
  readonly failure?: Record<string, unknown>;
  readonly event: unknown;
  /** Why the body isn't shown as JSON. */
  readonly eventOmitted?: string;
  /** Base64, of the first `shownBytes`. */
  readonly body: string;
  readonly shownBytes: number;
}

export interface Group {
  readonly queue: string;
  readonly type: string;
  readonly code: string;
  readonly count: number;
  readonly oldest?: string;
  readonly newest?: string;
  readonly replayed: number;
  readonly sample: { readonly id: string; readonly message: string };
}

export interface Action {
  readonly id: string;
  readonly kind: string;
  readonly queue: string;
  readonly by: string;
  readonly reason: string;
  readonly requestedAt: string;
  readonly state: 'requested' | 'running' | 'done' | 'stopped';
  readonly because?: string;
  readonly counts: Readonly<Record<'waiting' | 'underway' | 'sent' | 'returned' | 'discarded' | 'gone', number>>;
}

interface Page<T> {
  readonly items: T[];
  readonly nextCursor?: string | null;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** Speaks to audit through the gateway, as any program of an operator may. Throws DlqError with what the service said. */
export function createClient({ url, token }: Address) {
  async function ask(method: string, path: string, body?: object, key?: string): Promise<Response> {
    const response = await fetch(`${url}/api/v1/dlq${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key !== undefined && { 'idempotency-key': `"${key}"` }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    }).catch((cause: Error) => {
      throw new DlqError(EXIT.failed, `${url} does not answer: ${reasonOf(cause)}`, { cause });
    });
    if (response.ok) return response;
    const answer = (await response.json().catch(() => ({}))) as Refusal;
    throw new DlqError(EXIT.failed, `refused (${response.status}): ${printable(explain(answer))}`);
  }

  async function call<T>(method: string, path: string, body?: object, key?: string): Promise<T> {
    return parseExactly(await (await ask(method, path, body, key)).text()) as T;
  }

  const page = <T>(path: string, query: Query) =>
    call<Page<T>>('GET', `${path}?${new URLSearchParams(present(query))}`);

  return {
    letters: (query: Query) => page<Letter>('', query),
    /** One page after the other, each letter with its body. */
    async *allLetters(query: Query): AsyncGenerator<FullLetter> {
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const { items, nextCursor = null } = await page<FullLetter>('', { ...query, cursor, limit: 100, full: true });
        yield* items;
        cursor = nextCursor;
      }
    },
    groups: (query: Query) => page<Group>('/groups', query),
    letter: (queue: string, id: string) => call<Page<FullLetter>>('GET', placeOf(queue, id)),
    body: async (queue: string, id: string) =>
      Buffer.from(await (await ask('GET', `${placeOf(queue, id)}/body`)).arrayBuffer()),
    actions: (query: Query) => page<Action>('/actions', query),
    action: (id: string) => call<Action>('GET', `/actions/${encodeURIComponent(id)}`),
    submit: (kind: 'replay' | 'edit' | 'vouch' | 'discard', request: object, key: string = randomUUID()) =>
      call<Action>('POST', `/${kind}`, request, key),
  };
}
export type Client = ReturnType<typeof createClient>;

const placeOf = (queue: string, id: string) => `/letters/${encodeURIComponent(queue)}/${encodeURIComponent(id)}`;

interface Refusal {
  readonly detail?: string;
  readonly code?: string;
  readonly errors?: readonly { pointer: string; message: string }[];
}

function explain({ detail, code, errors = [] }: Refusal): string {
  const faults = errors.map(({ pointer, message }) => `${pointer || '/'} ${message}`).join('; ');
  return [detail ?? 'no reason given', code && `[${code}]`, faults].filter(Boolean).join(' ');
}

function reasonOf({ cause, message }: Error): string {
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? code : message;
}

function present(query: Query): Record<string, string> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}
