import { ContractError, checkEvent, checkLabels, decode, type KeyRing } from '@order-events/contracts';
import type { Delivery } from '../delivery.ts';
import { SignatureError } from '../errors.ts';
import type { Delivered } from '../headers.ts';
import { verifyEdit } from '../operator-edit.ts';
import { verifyVouch } from '../operator-vouch.ts';
import type { Received } from './handle.ts';

/**
 * Who sent a message, that nothing was changed, that it is what its type promises and came under its own label: nothing in
 * it is believed before. Throws what makes it a dead letter: SignatureError, OperatorEditError, ContractError.
 */
export function prove(keys: KeyRing, { message, delivery }: Delivered): Received {
  const { body, routingKey } = delivery;
  const { headers = {} } = message.properties;
  const value = decode(body);
  const source = sourceOf(value);
  if (headers.original !== undefined) verifyEdit(keys, { body, headers }, value);
  else if (headers['original-signature'] !== undefined) verifyVouch(keys, { body, headers });
  else verifySignature(keys, source, delivery);
  const event = checkEvent(value);
  checkLabels(event, message.properties, routingKey);
  provenMessages.add(message);
  return { message, delivery, event };
}

const provenMessages = new WeakSet<Delivered['message']>();

/** Whether this delivery came through prove(): if not, its body may be anything. */
export function wasProven({ message }: Pick<Delivered, 'message'>): boolean {
  return provenMessages.has(message);
}

function sourceOf(value: unknown): string {
  const source = typeof value === 'object' && value !== null && 'source' in value ? value.source : undefined;
  if (typeof source !== 'string') throw new ContractError('envelope', 'the body names no source');
  return source;
}

function verifySignature(keys: KeyRing, source: string, { body, signature }: Delivery): void {
  const verdict = keys.verify(signature, source, body);
  if (verdict !== 'ok') throw new SignatureError(verdict, source);
}
