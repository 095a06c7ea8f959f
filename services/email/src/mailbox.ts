import { type Collection, compareAndSet, newDocument } from '@order-events/store';
import { FateUnknownError, MailDeferredError, MailServerError } from './errors.ts';
import type { FaultSwitch } from './faults.ts';
import type { OutgoingMail, Post } from './post.ts';

/** A mail that arrived, and the number of its repeats. */
export interface ReceivedMail extends OutgoingMail {
  readonly receivedAt: string;
  readonly repeats: number;
}

/** Plays the mail server and its mailboxes: a repeat with the same Message-ID is counted, not stored again, as in real mailboxes. */
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
      if (!found) throw new Error(`mail ${messageId} is not in the mailbox any more`);
      return { ...found.state, repeats: found.state.repeats + 1 };
    });
  }

  return {
    async deliver(outgoing, beforeLastDot) {
      const fault = faults.disturb(outgoing.to.address);
      if (fault === 'down') throw new MailServerError('ECONNREFUSED');
      if (fault === 'refuse') throw new MailDeferredError('451 4.3.0');
      await beforeLastDot();
      const mail = { ...outgoing, receivedAt: clock().toISOString(), repeats: 0 };
      if (!(await received.insert(newDocument(outgoing.messageId, mail)))) await countRepeat(outgoing.messageId);
      if (fault === 'drop') throw new FateUnknownError('ECONNRESET');
    },
    close() {},
    read: async (messageId) => (await received.get(messageId))?.state,
  };
}
