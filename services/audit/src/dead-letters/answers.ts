import { closed, idText, timestamp } from '@order-events/contracts';
import Type from 'typebox';

const text = Type.String();
const count = Type.Integer({ minimum: 0 });
const anything = Type.Unknown();

/** A letter; from `labels` on only where it is shown in full. */
export const letterAnswer = closed({
  queue: text,
  id: text,
  digest: Type.String({ description: 'of its body; `id~digest` names one of several letters that bear one id' }),
  type: text,
  orderId: Type.Optional(text),
  service: Type.Optional(text),
  code: text,
  message: text,
  attempts: Type.Integer(),
  replay: count,
  deadSince: Type.Optional(timestamp),
  copies: Type.Integer({ minimum: 1, description: 'how often it lies there' }),
  bytes: count,
  labels: Type.Optional(Type.Object({})),
  headers: Type.Optional(Type.Object({})),
  failure: Type.Optional(anything),
  event: Type.Optional(anything),
  eventOmitted: Type.Optional(Type.Enum(['not-utf-8', 'not-json', 'too-large', 'too-deep', 'page-full'])),
  body: Type.Optional(Type.String({ description: 'its first bytes in base64: `shownBytes` of `bytes`' })),
  shownBytes: Type.Optional(count),
});

export const groupAnswer = closed({
  queue: text,
  type: text,
  code: text,
  count: Type.Integer({ minimum: 1 }),
  oldest: Type.Optional(timestamp),
  newest: Type.Optional(timestamp),
  replayed: count,
  sample: closed({ id: text, message: text }),
});

const outcome = Type.Enum(['waiting', 'underway', 'sent', 'returned', 'discarded', 'gone']);
const summary = {
  id: text,
  kind: Type.Enum(['replay', 'edit', 'vouch', 'discard']),
  queue: text,
  by: idText,
  reason: text,
  requestedAt: timestamp,
  updatedAt: timestamp,
  state: Type.Enum(['requested', 'running', 'done', 'stopped']),
  because: Type.Optional(text),
  counts: closed({ waiting: count, underway: count, sent: count, returned: count, discarded: count, gone: count }),
};

/** What an operator asked for, and how far it has come. */
export const actionSummary = closed(summary);

/** The same with each letter. */
export const actionAnswer = Type.Object(
  {
    ...summary,
    edit: Type.Optional(closed({ body: text, signature: text, original: text, originalSignature: text })),
    letters: Type.Array(
      closed({
        id: text,
        digest: text,
        replay: count,
        outcome,
        vouch: Type.Optional(closed({ signature: text, originalSignature: text })),
      }),
    ),
  },
  { additionalProperties: false, title: 'the action' },
);
