import { compile, parseKeys } from '@order-events/contracts';
import { createMessaging } from '@order-events/messaging';
import {
  composeService,
  createAuth,
  createClient,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  createRouter,
  type Logger,
  type Part,
  type Service,
  tokenOptionsOf,
} from '@order-events/runtime';
import { createRelay, createSweep, openStartMarks, openStore, watchOutbox } from '@order-events/store';
import { compose } from './compose.ts';
import type { EmailConfig } from './config.ts';
import { createFaultSwitch } from './faults.ts';
import { createFindRecipient } from './find-recipient.ts';
import { routes } from './http.ts';
import { openMails } from './mail-store.ts';
import { createMailbox, type ReceivedMail } from './mailbox.ts';
import { guarded } from './post.ts';
import { resendMails } from './resend-mails.ts';
import { createSendMail } from './send-mail.ts';
import { createSmtpPost } from './smtp-post.ts';
import { handlers, priorityHandlers } from './subscriptions.ts';

const service = 'email';
const customersTimeoutMs = 2_000;
/** Of each queue at once: a mail server allows only so many connections. */
const atOnce = 5;

export interface EmailOverrides {
  readonly clock: () => Date;
  readonly log: Logger;
}

/** Email: one mail for each event that calls for one, to the address the customer has at that moment. */
export function createEmail(config: EmailConfig, overrides: Partial<EmailOverrides> = {}): Service {
  const { clock = () => new Date(), log = createLogger({ service, level: config.LOG_LEVEL }) } = overrides;
  const metrics = createMetrics(service);
  const health = createHealth();
  const keys = parseKeys(config.EVENT_SIGNING_KEYS);
  const auth = createAuth({ ...tokenOptionsOf(config), service, clock });
  const messaging = createMessaging({
    url: config.RABBITMQ_URL,
    managementUrl: config.RABBITMQ_MANAGEMENT_URL,
    service,
    keys,
    log,
    metrics,
    health,
    clock,
  });
  const relay = createRelay({ publish: messaging.publisher.publish, log, clock });
  watchOutbox(relay, { metrics, health, clock });
  const http = createHttp({ log, metrics, health, host: config.HOST, trustProxy: config.TRUST_PROXY });

  async function* parts(): AsyncGenerator<Part> {
    const store = await openStore(config.STORE_URL);
    yield { name: 'store', stop: () => store.close() };
    health.add('store', () => store.ping().then(() => ({ ok: true })));
    const mails = await openMails(store, { keys, relay, clock });

    const customers = createClient({
      callee: 'customers',
      baseUrl: config.CUSTOMERS_SERVICE_URL,
      timeoutMs: customersTimeoutMs,
      auth,
      metrics,
      log,
      health,
    });
    yield { name: 'customers', stop: customers.stop };

    const faults = createFaultSwitch();
    const mailbox = createMailbox({ received: await store.collection<ReceivedMail>('mailbox'), faults, clock });
    const { SMTP_URL: url, SMTP_TIMEOUT_MS: timeoutMs, MAIL_FROM: from } = config;
    // The mailbox answers like any store.
    const answerTimeoutMs = url ? config.SMTP_ANSWER_TIMEOUT_MS : timeoutMs;
    const smtp = url && createSmtpPost({ url, from, timeoutMs, answerTimeoutMs, connections: 2 * atOnce + 1 });
    const post = guarded(smtp || mailbox, { timeoutMs: timeoutMs + answerTimeoutMs, metrics, log });
    yield { name: 'post', stop: post.close };

    const sendMail = createSendMail({
      mails,
      findRecipient: createFindRecipient(customers),
      compose,
      deliver: post.deliver,
      clock,
      leaseMs: 2 * (customersTimeoutMs + timeoutMs),
    });
    const marks = await openStartMarks(store);
    messaging.subscribe('email.priority', priorityHandlers(sendMail), { prefetch: atOnce, marks });
    messaging.subscribe('email', handlers(sendMail), { prefetch: atOnce, marks });
    yield { name: 'messaging', start: messaging.start, stop: messaging.stop };
    yield { name: 'relay', start: () => relay.start(), stop: () => relay.stop() };

    const sweep = createSweep({ jobs: [() => relay.sweep(), resendMails({ mails, sendMail, clock, log })], log });
    yield { name: 'sweep', start: () => sweep.start(), stop: () => sweep.stop() };

    const served = routes({ mails, mailbox, faults: smtp ? undefined : faults });
    http.app.use(createRouter(served, { service, auth, compile }));
    yield { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
  }

  return composeService(service, log, parts(), () => http.url);
}
