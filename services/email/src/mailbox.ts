import { type Collection, compareAndSet, newDocument } from '@order-events/store';
import { FateUnknownError, MailDeferredError, MailServerError } from './errors.ts';
import type { FaultSwitch } from './faults.ts';
import type { Letter, Post } from './post.ts';

/** A mail that arrived, and how often it arrived again. */
export interface ReceivedMail extends Letter {
  readonly receivedAt: string;
  readonly repeats: number;
}

/** Stands in for the mail server and for the mailboxes behind it: folds by Message-ID, as theirs do. */
export interface Mailbox extends Post {
  read(messageId: string): Promise<ReceivedMail | undefined>;
}

interface Parts {
  readonly received: Collection<ReceivedMail>;
  readonly faults: Pick<FaultSwitch, 'disturb'>;
  readonly clock: () => Date;
}

export function createMailbox({ received, faults, clock }: Parts): Mailbox {
  async function countRepeat(messageId: string): Promise<void> {
    await compareAndSet(received, messageId, (found) => {
      if (!found) throw new Error(`mail ${messageId} vanished from the mailbox`);
      return { ...found.state, repeats: found.state.repeats + 1 };
    });
  }

  return {
    async deliver(letter, beforeLastDot) {
      const fault = faults.disturb(letter.to.address);
      if (fault === 'down') throw new MailServerError('ECONNREFUSED');
      if (fault === 'refuse') throw new MailDeferredError('451 4.3.0');
      await beforeLastDot();
      const mail = { ...letter, receivedAt: clock().toISOString(), repeats: 0 };
      if (!(await received.insert(newDocument(letter.messageId, mail)))) await countRepeat(letter.messageId);
      if (fault === 'drop') throw new FateUnknownError('ECONNRESET');
    },
    close() {},
    read: async (messageId) => (await received.get(messageId))?.state,
  };
}
