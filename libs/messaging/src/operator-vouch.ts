import { type CloudEvent, checkEvent, checkLabels, decode, type KeyRing } from '@order-events/contracts';
import type { DeadLetter } from './dead-letters/dead-letter.ts';
import { OperatorEditError, SignatureError } from './errors.ts';
import { OPERATORS } from './operator-edit.ts';

/**
 * Operators' word for an event that its source has signed wrongly: the same bytes. Their signature covers the wrong one,
 * too, under words of its own, so that the signature of an edit is none of these, whatever headers are taken from it.
 */
export interface OperatorVouch {
  /** Of `/operators`. */
  readonly signature: string;
  readonly originalSignature: string;
}

export type Vouchable = Pick<DeadLetter, 'body' | 'headers' | 'labels' | 'type'>;

/**
 * Vouches for the event of a letter. Throws ContractError when it is none that its source may say, or comes under another
 * label; OperatorEditError when its signature is good, missing, or no signature at all, or when it is an edit.
 */
export function vouchFor(keys: KeyRing, letter: Vouchable): { vouch: OperatorVouch; event: CloudEvent } {
  const { body, headers, labels, type } = letter;
  const event = checkEvent(decode(body));
  checkLabels(event, labels, type);
  if (headers.original !== undefined) throw new OperatorEditError('vouch-edited', 'an edit is edited again instead');
  // One vouched for before, by a key that verifies no more, is vouched for anew.
  const originalSignature = textOf(headers['original-signature']) ?? textOf(headers.signature) ?? '';
  refuseUnlessWrong(keys.verify(originalSignature, event.source, body));
  if (!keys.canSign(OPERATORS)) throw new OperatorEditError('edit-key-missing', `no key may sign for ${OPERATORS}`);
  return { vouch: { signature: keys.sign(OPERATORS, vouched(originalSignature, body)), originalSignature }, event };
}

/** Throws SignatureError unless operators have vouched for these bytes and this signature. */
export function verifyVouch(keys: KeyRing, { body, headers }: Pick<Vouchable, 'body' | 'headers'>): void {
  const text = vouched(textOf(headers['original-signature']) ?? '', body);
  const verdict = keys.verify(textOf(headers.signature), OPERATORS, text);
  if (verdict !== 'ok') throw new SignatureError(verdict, OPERATORS);
}

function refuseUnlessWrong(verdict: ReturnType<KeyRing['verify']>): void {
  if (verdict === 'ok') throw new OperatorEditError('vouch-needless', 'its signature is good now: replay it');
  // Only who has the source's settings signs at all. What never was signed has come from somebody else.
  if (verdict === 'unsigned' || verdict === 'malformed') {
    throw new OperatorEditError(
      `signature-${verdict}`,
      'operators vouch for what was signed wrongly, not for what nobody signed',
    );
  }
}

function vouched(originalSignature: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`operators vouch for what bears ${originalSignature}\n`), body]);
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
