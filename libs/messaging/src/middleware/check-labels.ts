import { checkLabels as check } from '@order-events/contracts';
import type { Handle, Received } from './handle.ts';

/** Type, id and routing key outside must be those in the signed body: a true event under a false label is refused. */
export function checkLabels(next: Handle<Received>): Handle<Received> {
  return async (received) => {
    check(received.event, received.message.properties, received.delivery.routingKey);
    await next(received);
  };
}
