import type { DeadLetter } from '@order-events/messaging';
import { orderIdOf } from '../event-log.ts';
import { jsonOf, MOST_BODY_BYTES, type Omitted, shownText, shownValue } from './shown.ts';

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

/** A letter with what is in it, bounded; what is sealed stays sealed. */
export interface FullLetter extends Summary {
  readonly labels: DeadLetter['labels'];
  readonly headers: Readonly<Record<string, unknown>>;
  readonly failure?: unknown;
  /** The body where it is JSON that can be shown, else null with the reason; numbers as they were written. */
  readonly event: unknown;
  readonly eventOmitted?: Omitted;
  /** Its exact bytes, in base64, from the first on: `shownBytes` of them. */
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

/** As many with all that is in them as a page may be long, then only what lists show of the rest. */
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

/** Of the header that a consumer wrote, or somebody else: what is not what it should be is left out. */
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
    // Never empty: a group is named by it.
    code: shownText((typeof error.code === 'string' && error.code) || error.name || UNKNOWN, 128),
    message: typeof error.message === 'string' ? shownText(error.message) : 'it carries no message',
    ...(Number.isSafeInteger(attempts) && { attempts: Number(attempts) }),
    ...(typeof service === 'string' && { service: shownText(service, 64) }),
    ...(!Number.isNaN(moment.getTime()) && { deadSince: moment.toISOString() }),
  };
}

function brokersReason({ headers }: DeadLetter): Reason {
  if (headers['x-last-death-reason'] === 'delivery_limit' || headers['x-first-death-reason'] === 'delivery_limit') {
    return { code: 'delivery-limit', message: 'the broker gave it up: it came back too often without an answer' };
  }
  return { code: UNKNOWN, message: 'it carries no reason' };
}

// Of each of up to 10,000 letters: no more is read of a body than that takes.
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
