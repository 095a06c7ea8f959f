import type { DeadLetter } from '@order-events/messaging';
import { orderIdOf } from '../event-log.ts';
import { jsonOf, MOST_BODY_BYTES, type Omitted, shownText, shownValue } from './shown.ts';

/** A dead letter as lists show it. */
export interface Summary {
  readonly queue: string;
  readonly id: string;
  /** Digest of its body; `id~digest` names one of several letters with the same id. */
  readonly digest: string;
  readonly type: string;
  readonly orderId?: string;
  readonly service?: string;
  /** Code of the error, else its name. */
  readonly code: string;
  readonly message: string;
  readonly attempts: number;
  readonly replay: number;
  /** When it was dead-lettered; unknown where the broker itself did it. */
  readonly deadSince?: string;
  /** Number of copies in the queue: a crash can leave two. */
  readonly copies: number;
  readonly bytes: number;
}

/** A dead letter in full, bounded. Sealed values stay sealed. */
export interface FullLetter extends Summary {
  readonly labels: DeadLetter['labels'];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly failure?: unknown;
  /** The body as JSON, numbers as they were written; null where it can't be shown, with the reason in `eventOmitted`. */
  readonly event: unknown;
  readonly eventOmitted?: Omitted;
  /** Its first `shownBytes` bytes, in base64. */
  readonly body: string;
  readonly shownBytes: number;
}

export function summaryOf(letter: DeadLetter): Summary {
  const { queue, id, digest, type, replay, body } = letter;
  const orderId = orderIn(body);
  const failure = failureIn(letter);
  return {
    queue,
    id,
    digest,
    type,
    ...(orderId !== undefined && { orderId }),
    ...(failure?.service !== undefined && { service: failure.service }),
    ...(failure?.deadSince !== undefined && { deadSince: failure.deadSince }),
    ...(failure ? { code: failure.code, message: failure.message } : brokersReason(letter)),
    attempts: failure?.attempts ?? 0,
    replay,
    copies: 1,
    bytes: body.length,
  };
}

export function fullLetterOf(letter: DeadLetter): FullLetter {
  const { failure: _shownApart, ...headers } = letter.headers;
  const shown = letter.body.subarray(0, MOST_BODY_BYTES);
  return {
    ...summaryOf(letter),
    labels: shownValue(letter.labels) as DeadLetter['labels'],
    headers: shownValue(headers) as FullLetter['headers'],
    ...(letter.failure && { failure: shownValue(letter.failure) }),
    ...jsonOf(letter.body),
    body: shown.toString('base64'),
    shownBytes: shown.length,
  };
}

const MOST_PAGE = 2 * 2 ** 20;

/** As many letters in full as a page may hold; the rest as lists show them. */
export function withinPage(letters: readonly FullLetter[]): FullLetter[] {
  let room = MOST_PAGE;
  return letters.map((letter) => {
    const size = JSON.stringify(letter).length;
    room -= size;
    if (room >= 0) return letter;
    room += size;
    const { failure: _left, ...rest } = letter;
    return { ...rest, labels: {}, headers: {}, event: null, eventOmitted: 'page-full', body: '', shownBytes: 0 };
  });
}

const UNKNOWN = 'unknown';

interface Reason {
  readonly code: string;
  readonly message: string;
}

/** Reads the header `failure`, which anybody may have written: fields of a wrong type are left out. */
function failureIn({ failure }: DeadLetter) {
  if (!failure) return undefined;
  const { error, attempts, service, time } = failure as {
    readonly error: { readonly name: string; readonly code?: unknown; readonly message?: unknown };
    readonly attempts?: unknown;
    readonly service?: unknown;
    readonly time?: unknown;
  };
  const moment = new Date(typeof time === 'string' ? time : Number.NaN);
  return {
    // Never empty: it names a group.
    code: shownText((typeof error.code === 'string' && error.code) || error.name || UNKNOWN, 128),
    message: typeof error.message === 'string' ? shownText(error.message) : 'the header has no message',
    ...(Number.isSafeInteger(attempts) && { attempts: Number(attempts) }),
    ...(typeof service === 'string' && { service: shownText(service, 64) }),
    ...(!Number.isNaN(moment.getTime()) && { deadSince: moment.toISOString() }),
  };
}

function brokersReason({ headers }: DeadLetter): Reason {
  if (headers['x-last-death-reason'] === 'delivery_limit' || headers['x-first-death-reason'] === 'delivery_limit') {
    return {
      code: 'delivery-limit',
      message: 'the broker dead-lettered it: it was returned too often without an acknowledgement',
    };
  }
  return { code: UNKNOWN, message: 'the message has no reason' };
}

// Called for up to 10,000 letters, so large bodies are not read.
function orderIn(body: Buffer): string | undefined {
  if (body.length > MOST_BODY_BYTES) return undefined;
  try {
    const { data } = JSON.parse(body.toString('utf8')) as { data?: unknown };
    const id: unknown = data && typeof data === 'object' ? orderIdOf({ data }) : undefined;
    return typeof id === 'string' ? shownText(id, 128) : undefined;
  } catch {
    return undefined;
  }
}
