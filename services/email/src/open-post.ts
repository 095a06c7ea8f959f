import type { Config } from '@order-events/runtime';
import type { Parts } from '@order-events/service';
import type { emailSettings } from './config.ts';
import { createFaultSwitch, type FaultSwitch } from './faults.ts';
import { createMailbox, type Mailbox, type ReceivedMail } from './mailbox.ts';
import { guarded, type Post } from './post.ts';
import { createSmtpPost } from './smtp-post.ts';

interface PostParts
  extends Pick<Parts<Config<typeof emailSettings>>, 'config' | 'store' | 'clock' | 'log' | 'metrics'> {
  /** To the mail server, at most. */
  readonly connections: number;
}

export interface OpenedPost extends Post {
  readonly mailbox: Mailbox;
  /** Faults of the mailbox; undefined where a mail server is set. */
  readonly faults: FaultSwitch | undefined;
}

/** The mail server of the settings, or the local mailbox where none is set; either behind a breaker. */
export async function openPost({ config, store, clock, log, metrics, connections }: PostParts): Promise<OpenedPost> {
  const faults = createFaultSwitch();
  const mailbox = createMailbox({ received: await store.collection<ReceivedMail>('mailbox'), faults, clock });
  const { SMTP_URL: url, SMTP_TIMEOUT_MS: timeoutMs, MAIL_FROM: from } = config;
  // The mailbox answers like any store.
  const answerTimeoutMs = url ? config.SMTP_ANSWER_TIMEOUT_MS : timeoutMs;
  const smtp = url && createSmtpPost({ url, from, timeoutMs, answerTimeoutMs, connections });
  const post = guarded(smtp || mailbox, { timeoutMs: timeoutMs + answerTimeoutMs, metrics, log });
  return { ...post, mailbox, faults: smtp ? undefined : faults };
}
