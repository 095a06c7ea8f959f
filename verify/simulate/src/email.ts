import { orderCancelled, orderStatusChanged, sourceOf } from '@order-events/contracts';
import { on } from '@order-events/messaging';
import { defineService } from '@order-events/service';
import { causeOf, createDocuments, decide } from '@order-events/store';

/** Stands for email. In place of its work some that does harm when it is done twice: it counts the events of each order. */
export const email = defineService({
  name: 'email',
  async open({ store, keys, clock, outbox }) {
    const counts = await store.collection<number>('counts');
    const documents = createDocuments(counts, {
      source: sourceOf('email'),
      keys,
      relay: outbox(),
      keepsSeen: true,
      clock,
    });
    const countOne = (count = 0) => decide(count + 1);
    const handlers = [on(orderStatusChanged, (event) => documents.change(event.subject, countOne, causeOf(event)))];
    // Nothing counts here; an entry's queues have to be consumed all the same.
    const ignored = [on(orderCancelled, async () => undefined)];
    return {
      subscriptions: [
        { queue: 'email.priority', handlers },
        { queue: 'email', handlers: ignored },
      ],
    };
  },
});
