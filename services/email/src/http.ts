import { closed, code, idText, timestamp, uuid } from '@order-events/contracts';
import { pageIn, pageParameters, pageSchema, type Route, required, route, sendPage } from '@order-events/runtime';
import { type Document, key } from '@order-events/store';
import Type from 'typebox';
import { type FaultSwitch, faultsSchema } from './faults.ts';
import type { Mail } from './mail.ts';
import type { Mails } from './mail-store.ts';
import type { Mailbox } from './mailbox.ts';

interface Parts {
  readonly mails: Pick<Mails, 'find'>;
  readonly mailbox: Pick<Mailbox, 'read'>;
  /** Faults of the local mailbox; absent where mail is sent by SMTP. */
  readonly faults?: Pick<FaultSwitch, 'faults' | 'set'> | undefined;
}

const ofMailbox = Type.Union([Type.String(), Type.Null()]);
const count = Type.Integer({ minimum: 0 });

const mailAnswer = closed({
  id: uuid,
  orderId: uuid,
  userId: idText,
  kind: Type.Enum(['confirmation', 'cancellation']),
  messageId: Type.String(),
  status: Type.Enum(['sending', 'sent', 'failed', 'unknown', 'superseded', 'suppressed']),
  code: Type.Union([code, Type.Null()]),
  failures: count,
  createdAt: timestamp,
  sentAt: Type.Union([timestamp, Type.Null()]),
  to: ofMailbox,
  subject: ofMailbox,
  text: ofMailbox,
  html: ofMailbox,
  repeats: Type.Union([count, Type.Null()]),
});

const orderId = required(Type.String({ pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' }), {
  code: 'order-id-invalid',
  wanted: 'name the order: ?orderId= with its id, a UUID',
});

export function routes({ mails, mailbox, faults }: Parts): Route[] {
  async function shown({ id, state }: Document<Mail>) {
    const { orderId, userId, facts, messageId, status, code = null, failures, createdAt, endedAt } = state;
    const sentAt = status === 'sent' ? (endedAt ?? null) : null;
    const record = { id, orderId, userId, kind: facts.kind, messageId, status, code, failures, createdAt, sentAt };
    const mail = await mailbox.read(messageId);
    if (!mail) return { ...record, to: null, subject: null, text: null, html: null, repeats: null };
    const { to, subject, text, html, repeats } = mail;
    return { ...record, to: to.address, subject, text, html, repeats };
  }

  return [
    route({
      method: 'get',
      path: '/api/v1/emails',
      summary: 'the mails about an order, oldest first; `to` to `repeats` are null for mail that went by SMTP',
      who: 'admin',
      query: { ...pageParameters(), orderId },
      answers: { 200: pageSchema(mailAnswer) },
      async handler({ req, query }, res) {
        const page = await mails.find('byOrder', { prefix: key(query.orderId, ''), ...pageIn(query) });
        sendPage(req, res, await Promise.all(page.documents.map(shown)), page.next);
      },
    }),
    ...(faults ? faultRoutes(faults) : []),
  ];
}

/** Routes that switch faults of the local mailbox. On the service's own port only: the gateway passes no such path. */
function faultRoutes(faultSwitch: Pick<FaultSwitch, 'faults' | 'set'>): Route[] {
  const common = { path: '/faults', who: 'admin', answers: { 200: faultsSchema } } as const;
  return [
    route({
      ...common,
      method: 'get',
      summary: 'the faults of the local mailbox',
      handler: (_request, res) => void res.json(faultSwitch.faults()),
    }),
    route({
      ...common,
      method: 'put',
      summary: 'replaces the faults of the local mailbox; those left out are switched off',
      body: faultsSchema,
      handler({ body }, res) {
        faultSwitch.set(body);
        res.json(faultSwitch.faults());
      },
    }),
  ];
}
