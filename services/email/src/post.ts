import { createBreaker, type Logger, type Metrics } from '@order-events/runtime';
import { MailServerError, SenderRefusedError } from './errors.ts';
import { createPace } from './pace.ts';

/** A mail as it leaves: header texts without control characters. */
export interface Letter {
  readonly messageId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly priority: 'high' | 'normal';
  readonly headers: Readonly<Record<string, string>>;
}

/** Called when all but the last dot has left, without which nobody takes a mail. If it rejects, the mail isn't sent. */
export type BeforeLastDot = () => Promise<void>;

/** Where mail is handed over. */
export interface Post {
  /**
   * Resolves when it has been taken over. Ends within the time it was given, and is then no longer under way. Rejects
   * with MailRefusedError or MailDeferredError, which are about this mail; with SenderRefusedError, which is about us;
   * with FateUnknownError when it may have been taken; with what `beforeLastDot` threw; else with MailServerError.
   */
  deliver(letter: Letter, beforeLastDot: BeforeLastDot): Promise<void>;
  /** Lets mails under way end first. */
  close(): void;
}

interface Surroundings {
  /** For one mail, its answer included. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Milliseconds from any beginning; performance.now(). */
  readonly now?: () => number;
}

/**
 * The post behind a breaker: what the server says about one mail never counts against it. What it says about us opens it
 * at once, and it is asked less and less often until it takes a mail.
 */
export function guarded(post: Post, { timeoutMs, metrics, log, now = () => performance.now() }: Surroundings): Post {
  const pace = createPace(now);
  const breaker = createBreaker({
    name: 'mail-server',
    call: (letter: Letter, beforeLastDot: BeforeLastDot) => pace.keep(() => post.deliver(letter, beforeLastDot)),
    // The post ends its calls itself, in time: the breaker never leaves one behind.
    timeoutMs: timeoutMs + 1_000,
    isFault: (error) => error instanceof MailServerError,
    isAbsence: (error) => error instanceof SenderRefusedError,
    metrics,
    log,
  });
  return {
    deliver: (letter, beforeLastDot) => breaker.fire(letter, beforeLastDot),
    close() {
      breaker.stop();
      post.close();
    },
  };
}
