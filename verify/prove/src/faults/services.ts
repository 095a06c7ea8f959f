import { randomUUID } from 'node:crypto';
import { withMethods } from './with-methods.ts';
import { wrapExport } from './wrap-export.ts';

export const mailPerDelivery = wrapExport('services/email/src/facts.ts', 'mailIdOf', () => () => randomUUID());

export const recordMailFirst = wrapExport(
  'services/email/src/mail.ts',
  'begin',
  (real, { sent }) =>
    (id, mail, wanted, replay, lease) => {
      const begun = real(id, mail, wanted, replay, lease);
      return 'unchanged' in begun ? begun : sent(id, begun.state, lease.now);
    },
);

/** Goes with it: the one who recorded it goes on to send it. */
export const claimWhatIsSent = wrapExport('services/email/src/mail.ts', 'mailClaims', (real) => ({
  ...real,
  claimIn: (mail) => real.claimIn(mail.status === 'sent' ? { ...mail, status: 'sending' } : mail),
}));

export const keepRepeats = wrapExport('services/notifications/src/feed.ts', 'openFeeds', (real) => (store, clock) => {
  const collection: typeof store.collection = async (name, { unique: { event, ...unique } = {}, indexes } = {}) => {
    const kept = await store.collection(name, { unique, indexes: { ...indexes, ...(event && { event }) } });
    return withMethods(kept, {
      find: async (index, options) => (index === 'event' ? { documents: [] } : kept.find(index, options)),
      insert: (entry) => kept.insert({ ...entry, id: `${entry.id} ${Math.random()}` }),
    });
  };
  return real(withMethods(store, { collection }), clock);
});

export const skipOne = wrapExport(
  'services/notifications/src/reader.ts',
  'resume',
  (real) =>
    async (feeds, listener, { user, ...asked }) =>
      real(feeds, listener, { ...asked, user: Math.min(user + 1, await feeds.end(`user:${listener.userId}`)) }),
);

export const callUnderNewKey = wrapExport('services/payments/src/call.ts', 'begin', (real) => (payment, lease) => {
  const begun = real(payment, lease);
  const { call } = begun.state;
  if (!payment.call || !call) return begun;
  const key = `${payment.orderId}.${call.kind}.again`;
  return { ...begun, state: { ...begun.state, call: { ...call, key, lookup: false } } };
});

export const orderPerRequest = wrapExport(
  'services/orders/src/order-id.ts',
  'orderIdOf',
  (real) => (userId, key) => real(userId, `${key} ${Math.random()}`),
);

export const neverBehind = wrapExport('services/orders/src/time-limits.ts', 'createTimeLimits', (real) => (parts) => {
  const status = () => ({ ...parts.consumer.status(), live: true, since: new Date(0) });
  return real({ ...parts, consumer: { status, depth: async () => 0 } });
});

export const noFence = wrapExport(
  'services/inventory/src/product.ts',
  'move',
  (real) => (id, product, operation, quantity, isHeld) =>
    operation === 'undo' && !isHeld
      ? { unchanged: true, state: product }
      : real(id, product, operation, quantity, isHeld),
);

export const finishSooner = wrapExport('services/inventory/src/unfinished.ts', 'unfinished', (real) => (parts) => {
  const sooner = () => new Date(parts.clock().getTime() + 6_000);
  return real({ ...parts, clock: sooner });
});
