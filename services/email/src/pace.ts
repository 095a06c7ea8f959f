import { SenderRefusedError } from './errors.ts';

// Ends before the breaker lets a call through, which it does every 5 s.
const firstPauseMs = 4_000;
const longestPauseMs = 60_000;

export interface Pace {
  /** Sends; rejects without sending during a pause. */
  keep(send: () => Promise<void>): Promise<void>;
}

/**
 * Limits how often a server that accepts no mail from this sender is called: with the breaker after 5, 10, 20 and 35 s,
 * then every minute. The first accepted mail ends the limit.
 */
export function createPace(now: () => number): Pace {
  let pauseMs = 0;
  let until = Number.NEGATIVE_INFINITY;
  let reason: SenderRefusedError | undefined;

  function slowDown(error: SenderRefusedError): void {
    // Mails that were sent at the same time are refused together: that counts as one refusal.
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
