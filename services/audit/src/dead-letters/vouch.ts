import { createHash } from 'node:crypto';
import { type CloudEvent, eventIdentity, type KeyRing } from '@order-events/contracts';
import { type DeadLetter, type OperatorVouch, vouchFor } from '@order-events/messaging';
import { kindOf } from '@order-events/runtime';
import { type Collection, key } from '@order-events/store';
import { type LogEntry, orderIdOf } from '../event-log.ts';
import { nameOf } from './action.ts';
import { EditInvalidError, VouchRefusedError } from './errors.ts';

/** A dead letter that can be vouched for, judged by its own content; without its body, as there can be many. */
export interface Candidate {
  readonly name: string;
  readonly event: Pick<CloudEvent, 'id' | 'source' | 'subject' | 'sequence' | 'alternateof'> & { orderId?: string };
  readonly sha256: string;
  readonly vouch: OperatorVouch;
}

/** Returns EditInvalidError, with the letter's name, when it can't be vouched for. Returned, not thrown: the queue is held. */
export function candidateOf(keys: KeyRing, letter: DeadLetter): Candidate | Error {
  try {
    const { vouch, event } = vouchFor(keys, letter);
    const orderId = orderIdOf(event);
    const { id, source, subject, sequence, alternateof } = event;
    const facts = { id, source, subject, sequence, ...(alternateof && { alternateof }), ...(orderId && { orderId }) };
    return { name: nameOf(letter), event: facts, sha256: sha256Of(letter.body), vouch };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return kindOf(error) === 'invalid' ? new EditInvalidError(error, nameOf(letter)) : error;
  }
}

/**
 * Throws VouchRefusedError when audit stores the event's id with other bytes, or another event with the same source,
 * subject and sequence. Then one of the two is forged.
 */
export async function checkAgainstLog(log: Collection<LogEntry>, { name, event, sha256 }: Candidate): Promise<void> {
  const kept = await log.get(event.id);
  if (kept && sha256Of(kept.state.body) !== sha256) {
    throw new VouchRefusedError('event-differs', name, 'audit stores this event with other bytes');
  }
  if (event.orderId === undefined) return;
  for (let after: string | undefined, more = true; more; more = after !== undefined) {
    const prefix = key(event.orderId, '');
    const page = await log.find('byOrder', { prefix, limit: 100, ...(after !== undefined && { after }) });
    const other = page.documents.find(({ state }) => isInPlaceOf(event, state.event));
    if (other) throw new VouchRefusedError('sequence-taken', name, `event ${other.id} has its sequence number`);
    after = page.next;
  }
}

function isInPlaceOf(event: Candidate['event'], other: CloudEvent): boolean {
  const samePlace =
    other.source === event.source && other.subject === event.subject && other.sequence === event.sequence;
  // One fact published in two major versions takes one sequence number.
  return samePlace && eventIdentity(other) !== (event.alternateof ?? event.id);
}

const sha256Of = (body: string | Buffer) => createHash('sha256').update(body).digest('hex');
