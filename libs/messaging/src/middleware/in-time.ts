import { HandlerTimeoutError } from '../errors.ts';
import type { Handle } from './handle.ts';

/** Above all that a handler may wait for (a mail server: 10 min), and with a copy's hold below the broker's 30 min. */
export const HANDLE_MS = 12 * 60_000;

/**
 * What doesn't return has failed for now, like anything that takes too long: its message is tried again, and nothing waits
 * behind it. It may still have its effect, beside the next try: as after a lost acknowledgement, its identity decides.
 */
export function inTime<M>(next: Handle<M>, ms = HANDLE_MS): Handle<M> {
  return async (message) => {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(
      () => late.reject(new HandlerTimeoutError(`the handler did not return after ${ms / 1_000} s`)),
      ms,
    );
    try {
      await Promise.race([next(message), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  };
}
