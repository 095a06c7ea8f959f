import type { CloudEvent } from '@order-events/contracts';
import { type Delivery, EarlyError } from '@order-events/messaging';
import type { Log } from '@order-events/store';
import { DuplicateError, key, newDocument, type Store } from '@order-events/store';

/** The last sequence handled of one source and subject. */
interface LastHandled {
  readonly sequence: number;
}

/** An event that is missing may take this long; then it is noted as skipped, and what waited goes on. */
const patienceMs = 2 * 60_000;

export interface EventOrder {
  /** Runs the handling when it is this event's turn, then notes it. What comes before its turn throws EarlyError. */
  inTurn(event: CloudEvent, delivery: Delivery, handle: () => Promise<void>): Promise<void>;
}

/** Puts the events of each source and subject in the order in which they were said, over all instances. */
export async function openEventOrder(store: Store, clock: () => Date, log: Log): Promise<EventOrder> {
  const handled = await store.collection<LastHandled>('last_handled');

  // Loses against another instance that is further: the larger number stands.
  async function note(id: string, sequence: number): Promise<void> {
    for (;;) {
      const known = await handled.get(id);
      if (known && known.state.sequence >= sequence) return;
      if (!known && (await handled.insert(newDocument(id, { sequence })).then(yes, no))) return;
      if (known && (await handled.replace({ ...known, state: { sequence } }))) return;
    }
  }

  return {
    async inTurn(event, delivery, handle) {
      const id = key(event.source, event.subject);
      const sequence = Number(event.sequence);
      const last = (await handled.get(id))?.state.sequence ?? 0;
      if (sequence > last + 1) {
        const waitedMs = clock().getTime() - Date.parse(delivery.firstFailedAt ?? clock().toISOString());
        if (waitedMs < patienceMs)
          throw new EarlyError(`${event.type} ${sequence} of ${event.subject} came before ${last + 1}`);
        log.warn('events skipped', { subject: event.subject, after: last, before: sequence });
      }
      await handle();
      await note(id, sequence);
    },
  };
}

const yes = () => true;
function no(error: unknown): boolean {
  if (error instanceof DuplicateError) return false;
  throw error;
}
