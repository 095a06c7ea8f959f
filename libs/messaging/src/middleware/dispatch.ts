import { UnexpectedTypeError } from '../errors.ts';
import type { Handler } from '../subscription.ts';
import type { Handle, Received } from './handle.ts';

/** Hands the event to the handler of its type. A type without a handler came by a binding that shouldn't be there. */
export function dispatch(handlers: readonly Handler[]): Handle<Received> {
  const byType = new Map(handlers.map((handler) => [handler.type, handler]));
  return async ({ event, delivery }) => {
    const handler = byType.get(event.type) ?? byType.get('#');
    if (!handler) throw new UnexpectedTypeError(delivery.queue, event.type);
    await handler.handle(event, delivery);
  };
}
