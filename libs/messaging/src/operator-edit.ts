import { isDeepStrictEqual } from 'node:util';
import { type CloudEvent, checkEvent, type KeyRing, largestEventBytes } from '@order-events/contracts';
import { OperatorEditError, SignatureError } from './errors.ts';

/** The source that edits are signed for: no service may sign for it but the one that serves operators. */
export const OPERATORS = '/operators';

// The original travels in a header, in base64, and all headers of a message must fit into one frame.
const LARGEST_ORIGINAL = 32 * 1024;

/** An event with other data, and the proof of what it was: the only form in which an id comes with other bytes. */
export interface OperatorEdit {
  readonly body: string;
  /** Of `/operators` over the new body. */
  readonly signature: string;
  /** The body as its source signed it, in base64. */
  readonly original: string;
  readonly originalSignature: string;
}

export interface Editable {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, unknown>>;
}

/**
 * The event of a letter with other data. An edited letter is edited from its original again. Throws SignatureError when
 * nobody proves the original, OperatorEditError when it can't be edited, ContractError when the data breaks the contract.
 */
export function editEvent(keys: KeyRing, { body, headers }: Editable, data: object): OperatorEdit {
  const edited = typeof headers.original === 'string';
  const original = edited ? Buffer.from(String(headers.original), 'base64') : body;
  const originalSignature = text(edited ? headers['original-signature'] : headers.signature);
  const event = proven(keys, original, originalSignature);
  if (!keys.canSign(OPERATORS)) throw new OperatorEditError('edit-key-missing', `no key may sign for ${OPERATORS}`);
  if (original.length > LARGEST_ORIGINAL) {
    throw new OperatorEditError('edit-too-large', `an event of more than ${LARGEST_ORIGINAL} bytes can’t be edited`);
  }
  const changed = JSON.stringify({ ...event, data });
  checkEvent(JSON.parse(changed));
  if (Buffer.byteLength(changed) > largestEventBytes) {
    throw new OperatorEditError('edit-too-large', `an event has at most ${largestEventBytes} bytes`);
  }
  return {
    body: changed,
    signature: keys.sign(OPERATORS, changed),
    original: original.toString('base64'),
    originalSignature,
  };
}

/** Throws unless operators have signed this body, its source has signed the original, and only their data differs. */
export function verifyEdit(keys: KeyRing, { body, headers }: Editable, value: unknown): void {
  const verdict = keys.verify(text(headers.signature), OPERATORS, body);
  if (verdict !== 'ok') throw new SignatureError(verdict, OPERATORS);
  const original = proven(keys, Buffer.from(text(headers.original), 'base64'), text(headers['original-signature']));
  if (!isDeepStrictEqual(withoutData(value), withoutData(original))) {
    throw new OperatorEditError('edit-changes-more', 'an edit changes nothing of an event but its data');
  }
}

function proven(keys: KeyRing, body: Buffer, signature: string): CloudEvent {
  const event = parse(body);
  const verdict = keys.verify(signature, event.source, body);
  if (verdict !== 'ok') throw new SignatureError(verdict, event.source);
  return event;
}

function parse(body: Buffer): CloudEvent {
  try {
    const event = JSON.parse(body.toString('utf8')) as CloudEvent | null;
    if (typeof event?.source === 'string') return event;
  } catch {
    // The parser's message repeats what was sent.
  }
  throw new OperatorEditError('edit-original-unreadable', 'the original is not an event');
}

const withoutData = (event: unknown) => ({ ...(event as object), data: undefined });
const text = (value: unknown) => (typeof value === 'string' ? value : '');
