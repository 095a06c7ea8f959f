import { SenderRefusedError } from './errors.ts';

// Over before the breaker lets a call try, which it does every 5 s.
const firstPauseMs = 4_000;
const longestPauseMs = 60_000;

export interface Pace {
  /** Sends; rejects without sending during a pause. */
  keep(send: () => Promise<void>): Promise<void>;
}

/**
 * How often a server that takes nothing from us is asked: with the breaker after 5, 10, 20 and 35 s, then every minute. The
 * first mail that it takes ends this.
 */
export function createPace(now: () => number): Pace {
  let pauseMs = 0;
  let until = Number.NEGATIVE_INFINITY;
  let reason: SenderRefusedError | undefined;

  function slowDown(error: SenderRefusedError): void {
    // Mails that were under way together are refused together: that is one refusal.
    if (now() < until) return;
    pauseMs = Math.min(Math.max(2 * pauseMs, firstPauseMs), longestPauseMs);
    until = now() + pauseMs;
    reason = error;
  }

  return {
    async keep(send) {
      if (reason && now() < until) throw reason;
      try {
        await send();
        pauseMs = 0;
      } catch (error) {
        if (error instanceof SenderRefusedError) slowDown(error);
        throw error;
      }
    },
  };
}
