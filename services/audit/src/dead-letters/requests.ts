import { compile, type QueueName, typedText } from '@order-events/contracts';
import { bodyReader, refuseCardNumbers, ServiceError } from '@order-events/runtime';
import type { Request } from 'express';
import Type from 'typebox';
import { QueueUnknownError } from './errors.ts';
import { queueNames } from './exclusive-queues.ts';
import type { Filter } from './selection.ts';
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
const replay = bodyReader(compile(Type.Object({ ...chosen, first, watchSeconds }, closed)));
const discard = bodyReader(compile(Type.Object(chosen, closed)));
const edit = bodyReader(compile(Type.Object({ queue, reason, letter, data: Type.Object({}), watchSeconds }, closed)));

const FIRST = 3;

export function readReplay(body: unknown): ActionRequest {
  const { queue: name, reason: why, first: count = FIRST, watchSeconds: watch, ...rest } = read(replay, body);
  return { kind: 'replay', queue: readQueue(name), reason: why, chosen: one(rest), first: count, watchSeconds: watch };
}

export function readVouch(body: unknown): ActionRequest {
  return { ...readReplay(body), kind: 'vouch' };
}

export function readDiscard(body: unknown): ActionRequest {
  const { queue: name, reason: why, ...rest } = read(discard, body);
  return { kind: 'discard', queue: readQueue(name), reason: why, chosen: one(rest), first: FIRST };
}

export function readEdit(body: unknown): ActionRequest {
  const { queue: name, reason: why, letter: id, data, watchSeconds: watch } = read(edit, body);
  const request = { queue: readQueue(name), reason: why, chosen: { letters: [id] }, first: 1, watchSeconds: watch };
  return { kind: 'edit', ...request, data };
}

export function readQueue(name: unknown): QueueName {
  const found = queueNames.find((each) => each === name);
  if (!found) throw new QueueUnknownError(queueNames);
  return found;
}

const filterNames = ['queue', 'type', 'code', 'order', 'since', 'before'] as const;

/** Rejects unknown parameters: a misspelt filter would return too much. */
export function readFilter({ query }: Request, ...besides: readonly string[]): Filter {
  const known: readonly string[] = [...filterNames, ...besides];
  for (const [name, value] of Object.entries(query)) {
    if (!known.includes(name)) throw invalid('query-unknown', `there is no parameter ${name}: use ${known.join(', ')}`);
    if (typeof value !== 'string' || value === '')
      throw invalid('query-invalid', `${name} must be given once, with a value`);
  }
  const filter: Filter = Object.fromEntries(filterNames.map((name) => [name, query[name]]));
  if (filter.queue !== undefined) readQueue(filter.queue);
  return { ...filter, since: readTime('since', filter.since), before: readTime('before', filter.before) };
}

export function readFlag({ query }: Request, name: string): boolean {
  const value = query[name];
  if (value === undefined || value === 'false') return false;
  if (value === 'true') return true;
  throw invalid('query-invalid', `${name} must be true or false`);
}

function readTime(name: string, value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  const time = new Date(value);
  if (!/^\d{4}-\d\d-\d\d(T.+)?$/.test(value) || Number.isNaN(time.getTime())) {
    throw invalid('query-invalid', `${name} must be a time such as 2026-11-24T10:00:00Z`);
  }
  return time.toISOString();
}

function one({ letters: names, group: alike }: { letters?: string[]; group?: { type: string; code: string } }) {
  if (names && !alike) return { letters: names };
  if (alike && !names) return { group: alike };
  throw invalid('body-invalid', 'send either letters or a group');
}

function read<T extends { reason: string }>(reader: (body: unknown) => T, body: unknown): T {
  const request = reader(body);
  refuseCardNumbers(request.reason);
  return request;
}

const invalid = (code: string, message: string) => new ServiceError('invalid', code, message);
