import { type Auth, pageQuery, ServiceError, sendPage } from '@order-events/runtime';
import { type Document, key } from '@order-events/store';
import { type Request, Router } from 'express';
import { type FaultSwitch, readFaults } from './faults.ts';
import type { Mail } from './mail.ts';
import type { Mails } from './mail-store.ts';
import type { Mailbox } from './mailbox.ts';

interface Doors {
  readonly auth: Pick<Auth, 'admin'>;
  readonly mails: Pick<Mails, 'find'>;
  readonly mailbox: Mailbox;
}

/** What became of the mails about an order, and what arrived in the local mailbox: of mail sent by SMTP nothing is kept. */
export function mailRoutes({ auth, mails, mailbox }: Doors): Router {
  const router = Router({ caseSensitive: true });

  router.get('/api/v1/emails', auth.admin(), async (req, res) => {
    const { limit, after } = pageQuery(req);
    const prefix = key(orderIdOf(req), '');
    const page = await mails.find('byOrder', { prefix, limit, ...(after !== undefined && { after }) });
    sendPage(req, res, await Promise.all(page.documents.map(shown)), page.next);
  });

  async function shown({ id, state }: Document<Mail>) {
    const { orderId, userId, facts, messageId, status, code = null, failures, createdAt, endedAt } = state;
    const sentAt = status === 'sent' ? (endedAt ?? null) : null;
    const record = { id, orderId, userId, kind: facts.kind, messageId, status, code, failures, createdAt, sentAt };
    const mail = await mailbox.read(messageId);
    if (!mail) return { ...record, to: null, subject: null, text: null, html: null, repeats: null };
    const { to, subject, text, html, repeats } = mail;
    return { ...record, to: to.address, subject, text, html, repeats };
  }
  return router;
}

/** The mailbox can be told to fail. On the service's own port only: no gateway passes this path. */
export function faultRoutes(auth: Pick<Auth, 'admin'>, faultSwitch: FaultSwitch): Router {
  const router = Router({ caseSensitive: true });
  router.get('/faults', auth.admin(), (_req, res) => void res.json(faultSwitch.faults()));
  router.put('/faults', auth.admin(), (req, res) => {
    faultSwitch.set(readFaults(req.body));
    res.json(faultSwitch.faults());
  });
  return router;
}

function orderIdOf({ query: { orderId } }: Request): string {
  if (typeof orderId === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(orderId)) return orderId;
  throw new ServiceError('invalid', 'order-id-invalid', 'name the order: ?orderId= with its id, a UUID');
}
