import { createBreaker, type Logger, type Metrics } from '@order-events/runtime';
import { MailDeferredError, MailRefusedError } from './errors.ts';

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

/** Where mail is handed over. */
export interface Post {
  /**
   * Resolves when it has been taken over. Ends within the time it was given, and is then no longer under way. Rejects
   * with MailRefusedError, MailDeferredError, or MailServerError when it isn't about this mail at all.
   */
  deliver(letter: Letter): Promise<void>;
  /** Lets mails under way end first. */
  close(): void;
}

interface Surroundings {
  readonly timeoutMs: number;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** The post behind a breaker: what the server says about one mail never counts against it. */
export function guarded(post: Post, { timeoutMs, metrics, log }: Surroundings): Post {
  const breaker = createBreaker({
    name: 'mail-server',
    call: post.deliver,
    // The post ends its calls itself, in time: the breaker never leaves one behind.
    timeoutMs: timeoutMs + 1_000,
    isFault: (error) => !(error instanceof MailRefusedError || error instanceof MailDeferredError),
    metrics,
    log,
  });
  return {
    deliver: (letter) => breaker.fire(letter),
    close() {
      breaker.stop();
      post.close();
    },
  };
}
