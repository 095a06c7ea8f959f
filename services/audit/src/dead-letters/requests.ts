import { type QueueName, typedText } from '@order-events/contracts';
import { optional, refuseCardNumbers, ServiceError } from '@order-events/runtime';
import Type, { type Static } from 'typebox';
import { timeParameter } from '../time-parameter.ts';

import { QueueUnknownError } from './errors.ts';
import { queueNames } from './exclusive-queues.ts';
import type { ActionRequest } from './submit-action.ts';

const queue = Type.String({ minLength: 1, maxLength: 64 });
const reason = typedText(500, 3);
const letter = Type.String({ title: 'the id of a letter', minLength: 1, maxLength: 200 });
const group = Type.Object({ type: letter, code: letter }, { additionalProperties: false });
const letters = Type.Array(letter, { minItems: 1, maxItems: 1_000, uniqueItems: true });
const watchSeconds = Type.Optional(Type.Integer({ minimum: 1, maximum: 600 }));
const closed = { additionalProperties: false };

const chosen = { queue, reason, letters: Type.Optional(letters), group: Type.Optional(group) };
const first = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000 }));
/** Of a replay and of a vouch. */
export const replayRequest = Type.Object({ ...chosen, first, watchSeconds }, closed);
export const discardRequest = Type.Object(chosen, closed);
export const editRequest = Type.Object({ queue, reason, letter, data: Type.Object({}), watchSeconds }, closed);

const FIRST = 3;

export function readReplay(body: Static<typeof replayRequest>): ActionRequest {
  const { queue: name, reason: why, first: count = FIRST, watchSeconds: watch, ...rest } = withoutCards(body);
  return { kind: 'replay', queue: readQueue(name), reason: why, chosen: one(rest), first: count, watchSeconds: watch };
}

export function readVouch(body: Static<typeof replayRequest>): ActionRequest {
  return { ...readReplay(body), kind: 'vouch' };
}

export function readDiscard(body: Static<typeof discardRequest>): ActionRequest {
  const { queue: name, reason: why, ...rest } = withoutCards(body);
  return { kind: 'discard', queue: readQueue(name), reason: why, chosen: one(rest), first: FIRST };
}

export function readEdit(body: Static<typeof editRequest>): ActionRequest {
  const { queue: name, reason: why, letter: id, data, watchSeconds: watch } = withoutCards(body);
  const request = { queue: readQueue(name), reason: why, chosen: { letters: [id] }, first: 1, watchSeconds: watch };
  return { kind: 'edit', ...request, data };
}

/** Throws QueueUnknownError. */
export function readQueue(name: unknown): QueueName {
  const found = queueNames.find((each) => each === name);
  if (!found) throw new QueueUnknownError(queueNames);
  return found;
}

const code = 'query-invalid';
const given = (name: string) =>
  optional(Type.String({ minLength: 1 }), { code, wanted: `${name} must be given once, with a value` });
const time = (name: string) => timeParameter(name, { code, pattern: '^\\d{4}-\\d\\d-\\d\\d(T.+)?$' });

export const queueFilter = { queue: given('queue') };
export const filter = {
  ...queueFilter,
  type: given('type'),
  code: given('code'),
  order: given('order'),
  since: time('since'),
  before: time('before'),
};
export const full = optional(Type.Boolean({ default: false }), { code, wanted: 'full must be true or false' });

function one({ letters: names, group: alike }: { letters?: string[]; group?: { type: string; code: string } }) {
  if (names && !alike) return { letters: names };
  if (alike && !names) return { group: alike };
  throw new ServiceError('invalid', 'body-invalid', 'send either letters or a group');
}

function withoutCards<T extends { reason: string }>(request: T): T {
  refuseCardNumbers(request.reason);
  return request;
}
