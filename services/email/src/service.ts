import { defineService } from '@order-events/service';
import { compose } from './compose.ts';
import { emailSettings } from './config.ts';
import { createFindRecipient } from './find-recipient.ts';
import { routes } from './http.ts';
import { openMails } from './mail-store.ts';
import { openPost } from './open-post.ts';
import { resendMails } from './resend-mails.ts';
import { createSendMail } from './send-mail.ts';
import { handlers, priorityHandlers } from './subscriptions.ts';

const customersTimeoutMs = 2_000;
/** Messages of each queue handled at once: a mail server allows a limited number of connections. */
const prefetch = 5;

/** Email: sends one mail for each confirmed or cancelled order, to the latest address of the customer. */
export const service = defineService({
  name: 'email',
  settings: emailSettings,
  async open({ config, store, keys, clock, log, metrics, client, outbox, onEnd }) {
    const mails = await openMails(store, { keys, relay: outbox(), clock });
    const customers = client('customers', { timeoutMs: customersTimeoutMs });
    // One connection for each mail sent at once, and one for the sweep.
    const post = await openPost({ config, store, clock, log, metrics, connections: 2 * prefetch + 1 });
    onEnd(post.close);
    const findRecipient = createFindRecipient(customers);
    const leaseMs = 2 * (customersTimeoutMs + config.SMTP_TIMEOUT_MS);
    const sendMail = createSendMail({ mails, findRecipient, compose, deliver: post.deliver, clock, leaseMs });
    return {
      subscriptions: [
        { queue: 'email.priority', handlers: priorityHandlers(sendMail), prefetch },
        { queue: 'email', handlers: handlers(sendMail), prefetch },
      ],
      jobs: [resendMails({ mails, sendMail, clock, log })],
      routes: routes({ mails, mailbox: post.mailbox, faults: post.faults }),
    };
  },
});
