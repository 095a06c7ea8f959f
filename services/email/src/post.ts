import { createBreaker, type Logger, type Metrics } from '@order-events/runtime';
import { MailServerError, SenderRefusedError } from './errors.ts';
import { createPace } from './pace.ts';

/** A composed mail. Header texts have no control characters. */
export interface OutgoingMail {
  readonly messageId: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly priority: 'high' | 'normal';
  readonly headers: Readonly<Record<string, string>>;
}

/** Called when all but the last dot has left, without which no server accepts a mail. If it rejects, the mail isn't sent. */
export type BeforeLastDot = () => Promise<void>;

/** Delivers mails to a mail server. */
export interface Post {
  /**
   * Resolves when the server has accepted the mail. Ends within its time limit; then nothing is in flight any more. Rejects
   * with MailRefusedError or MailDeferredError, which are about this mail; with SenderRefusedError, which is about the
   * sender; with FateUnknownError when the mail may have been accepted; with the error of `beforeLastDot`; otherwise with
   * MailServerError.
   */
  deliver(mail: OutgoingMail, beforeLastDot: BeforeLastDot): Promise<void>;
  /** Lets mails in flight end first. */
  close(): void;
}

interface GuardParts {
  /** Time limit of one mail with its response, in milliseconds. */
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Monotonic clock, in milliseconds; default performance.now(). */
  readonly now?: () => number;
}

/**
 * The post behind a breaker. A response about one mail never counts as a fault. A response about the sender opens the
 * breaker at once, and the server is called less and less often until it accepts a mail.
 */
export function guarded(post: Post, { timeoutMs, metrics, log, now = () => performance.now() }: GuardParts): Post {
  const pace = createPace(now);
  const breaker = createBreaker({
    name: 'mail-server',
    call: (mail: OutgoingMail, beforeLastDot: BeforeLastDot) => pace.keep(() => post.deliver(mail, beforeLastDot)),
    // The post ends its calls itself, in time: the breaker never abandons one.
    timeoutMs: timeoutMs + 1_000,
    isFault: (error) => error instanceof MailServerError,
    isAbsence: (error) => error instanceof SenderRefusedError,
    metrics,
    log,
  });
  return {
    deliver: (mail, beforeLastDot) => breaker.fire(mail, beforeLastDot),
    close() {
      breaker.stop();
      post.close();
    },
  };
}
