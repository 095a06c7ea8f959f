import type { Handle, Received } from './handle.ts';

/** Handles events of one source and subject one after another, as they came in; different ones side by side. */
export function inOrder(next: Handle<Received>): Handle<Received> {
  const last = new Map<string, Promise<void>>();
  return (received) => {
    const key = `${received.event.source} ${received.event.subject}`;
    const before = last.get(key) ?? Promise.resolve();
    // How the one before ended is that one's own outcome.
    const handled = before.catch(() => undefined).then(() => next(received));
    last.set(key, handled);
    const forget = () => {
      if (last.get(key) === handled) last.delete(key);
    };
    handled.then(forget, forget);
    return handled;
  };
}
