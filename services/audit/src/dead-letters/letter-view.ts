import type { Letter } from '@order-events/messaging';
import { orderIdOf } from '../event-log.ts';

/** What lists show of a letter. */
export interface Summary {
  readonly queue: string;
  readonly id: string;
  /** Of its body; `id~digest` names one of several letters that bear the same id. */
  readonly digest: string;
  readonly type: string;
  readonly orderId?: string;
  readonly service?: string;
  /** Code of the error, else its name. */
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly replay: number;
  /** Since when it is dead; unknown for what the broker itself has moved here. */
  readonly deadSince?: string;
  /** How often it lies there: a crash can leave two of one. */
  readonly copies: number;
  readonly bytes: number;
}

/** A letter with everything in it: what is sealed stays sealed. */
export interface FullLetter extends Summary {
  readonly labels: Letter['labels'];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly failure?: Letter['failure'];
  /** The body where it is JSON, else null. */
  readonly event: unknown;
  /** Its exact bytes, in base64. */
  readonly body: string;
}

export function summaryOf(letter: Letter): Summary {
  const { queue, id, digest, type, replay, failure, body } = letter;
  const orderId = orderIn(readJson(body));
  return {
    queue,
    id,
    digest,
    type,
    ...(orderId !== undefined && { orderId }),
    ...(failure && { service: failure.service, deadSince: failure.time }),
    ...reasonOf(letter),
    attempts: failure?.attempts ?? 0,
    replay,
    copies: 1,
    bytes: body.length,
  };
}

export function fullLetterOf(letter: Letter): FullLetter {
  const { failure: _shownApart, ...headers } = letter.headers;
  return {
    ...summaryOf(letter),
    labels: letter.labels,
    headers,
    failure: letter.failure,
    event: readJson(letter.body) ?? null,
    body: letter.body.toString('base64'),
  };
}

function reasonOf({ failure, headers }: Letter): { code: string; message: string } {
  if (failure) return { code: failure.error.code ?? failure.error.name, message: failure.error.message };
  if (headers['x-last-death-reason'] === 'delivery_limit' || headers['x-first-death-reason'] === 'delivery_limit') {
    return { code: 'delivery-limit', message: 'the broker gave it up: it came back too often without an answer' };
  }
  return { code: 'unknown', message: 'it carries no reason' };
}

function readJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

function orderIn(event: unknown): string | undefined {
  const data = (event as { data?: unknown } | null | undefined)?.data;
  const id: unknown = data && typeof data === 'object' ? orderIdOf({ data }) : undefined;
  return typeof id === 'string' ? id : undefined;
}
