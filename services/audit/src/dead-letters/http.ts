import { closed } from '@order-events/contracts';
import {
  callerOf,
  idempotencyKey,
  pageIn,
  pageParameters,
  pageSchema,
  type Route,
  route,
  sendPage,
} from '@order-events/runtime';
import Type, { type Static, type TSchema } from 'typebox';
import { type Action, countOf } from './action.ts';
import type { ActionStore } from './action-store.ts';
import { actionAnswer, actionSummary, groupAnswer, letterAnswer } from './answers.ts';
import { ActionNotFoundError, LetterAmbiguousError, LettersNotFoundError } from './errors.ts';
import type { ExclusiveQueues } from './exclusive-queues.ts';
import { createFindLetters, type FindLetters } from './find-letters.ts';
import { groupsOf } from './groups.ts';
import { withinPage } from './letter-view.ts';
import {
  discardRequest,
  editRequest,
  filter,
  full,
  queueFilter,
  readDiscard,
  readEdit,
  readQueue,
  readReplay,
  readVouch,
  replayRequest,
} from './requests.ts';
import type { ActionRunner } from './run-actions.ts';
import { type Filter, pageOf } from './selection.ts';
import type { ActionRequest, SubmitAction } from './submit-action.ts';

export interface DeadLetterParts {
  readonly queues: ExclusiveQueues;
  readonly actions: ActionStore;
  readonly submitAction: SubmitAction;
  readonly runner: ActionRunner;
}

/** `/api/v1/dlq`: dead letters, their reasons, and operators' actions on them. */
export function deadLetterRoutes(parts: DeadLetterParts): Route[] {
  return [...letterRoutes(createFindLetters(parts.queues)), ...submitRoutes(parts), ...actionRoutes(parts.actions)];
}

const forAdmins = { method: 'get', who: 'admin' } as const;
/** An unknown queue, and a queue that another request reads or changes. */
const ofQueue = { 404: ['queue-unknown'], 503: ['dlq-busy'] };
const ofLetter = { 404: ['queue-unknown', 'letter-unknown'], 503: ['dlq-busy'] };

/** The most groups in a response, the largest ones: an attacker could make each letter a group of its own. */
const MOST_GROUPS = 500;

function letterRoutes(find: FindLetters): Route[] {
  const summaries = (wanted: Filter) => {
    if (wanted.queue !== undefined) readQueue(wanted.queue);
    return find.summaries(wanted);
  };
  return [
    route({
      ...forAdmins,
      path: '/api/v1/dlq',
      summary: 'dead letters by queue and time of death; `full=true` with headers and body',
      query: { ...pageParameters(), full, ...filter },
      answers: { 200: pageSchema(letterAnswer), ...ofQueue },
      async handler({ req, query }, res) {
        const { items, next } = pageOf(await summaries(query), pageIn(query));
        sendPage(req, res, query.full ? withinPage(await find.full(items)) : items, next);
      },
    }),
    route({
      ...forAdmins,
      path: '/api/v1/dlq/groups',
      summary:
        'dead letters grouped by queue, type and code, the largest group first; `more` counts the groups left out',
      query: filter,
      answers: { 200: closed({ items: Type.Array(groupAnswer), more: Type.Integer({ minimum: 0 }) }), ...ofQueue },
      async handler({ query }, res) {
        const all = groupsOf(await summaries(query));
        res.json({ items: all.slice(0, MOST_GROUPS), more: Math.max(0, all.length - MOST_GROUPS) });
      },
    }),
    route({
      ...forAdmins,
      path: '/api/v1/dlq/letters/:queue/:id',
      summary:
        'the letters that bear an id, in full: headers, failure, event and exact body; sealed values stay sealed',
      answers: { 200: closed({ items: Type.Array(letterAnswer) }), ...ofLetter },
      async handler({ params: { queue, id } }, res) {
        const name = readQueue(queue);
        const letters = await find.named(name, id);
        if (letters.length === 0) throw new LettersNotFoundError(name, [id]);
        res.json({ items: withinPage(letters) });
      },
    }),
    route({
      ...forAdmins,
      path: '/api/v1/dlq/letters/:queue/:id/body',
      summary: 'all bytes of the body of a letter',
      answers: {
        200: Type.Unknown({ contentMediaType: 'application/octet-stream' }),
        ...ofLetter,
        409: ['letter-ambiguous'],
      },
      async handler({ params: { queue, id } }, res) {
        const name = readQueue(queue);
        const bodies = await find.bodies(name, id);
        const [body, other] = bodies.values();
        if (!body) throw new LettersNotFoundError(name, [id]);
        if (other) throw new LetterAmbiguousError(id, [...bodies.keys()]);
        // A browser must not show it as a page of this site.
        res.setHeader('Content-Disposition', 'attachment; filename="body.bin"');
        res.setHeader('X-Content-Type-Options', 'nosniff');
        res.type('application/octet-stream').send(body);
      },
    }),
  ];
}

const ofEvents = ['undecodable', 'envelope', 'unknown-type', 'unknown-version', 'schema', 'too-large', 'relabelled'];
const ofSignatures = ['unsigned', 'malformed', 'unknown-key', 'wrong-source', 'bad'];
/** Why operators cannot sign for an event. */
const unsignable = [
  ...['edit-key-missing', 'edit-too-large', 'edit-original-unreadable', 'edit-invalid'],
  ...ofEvents.map((what) => `event-${what}`),
  ...ofSignatures.map((what) => `signature-${what}`),
];
const taken = ['letter-ambiguous', 'letters-in-action'];

function submitRoutes({ submitAction, runner }: DeadLetterParts): Route[] {
  interface Kind<B extends TSchema> {
    readonly summary: string;
    readonly body: B;
    readonly read: (body: Static<B>) => ActionRequest;
    readonly refusals: Readonly<Record<409 | 422, readonly string[]>>;
  }
  const takes = <B extends TSchema>(path: string, { summary, body, read, refusals }: Kind<B>) =>
    route({
      method: 'post',
      path: `/api/v1/dlq/${path}`,
      summary,
      who: 'admin',
      body,
      headers: { key: idempotencyKey },
      answers: { 202: actionAnswer, 400: ['card-data-refused'], ...ofLetter, ...refusals },
      async handler({ req, body: request, headers }, res) {
        const submitted = await submitAction(read(request as Static<B>), callerOf(req).id, headers.key);
        const { id, action, replayed } = submitted;
        runner.run(id);
        if (replayed) res.setHeader('Idempotent-Replayed', 'true');
        res.status(202).location(`/api/v1/dlq/actions/${id}`).json(answerOf(id, action));
      },
    });
  const reused = ['idempotency-key-reused'];
  return [
    takes('replay', {
      summary: 'sends letters to their queue again, the first ones ahead of the others',
      body: replayRequest,
      read: readReplay,
      refusals: { 409: taken, 422: reused },
    }),
    takes('edit', {
      summary: 'sends one letter again with other data, signed by operators',
      body: editRequest,
      read: readEdit,
      refusals: { 409: [...taken, 'edit-refused'], 422: [...reused, ...unsignable] },
    }),
    takes('vouch', {
      summary: 'sends letters again that nobody’s signature proves any more, vouched for by operators',
      body: replayRequest,
      read: readVouch,
      refusals: {
        409: [...taken, 'event-differs', 'sequence-taken'],
        422: [...reused, ...unsignable, 'vouch-edited', 'vouch-needless'],
      },
    }),
    takes('discard', {
      summary: 'takes letters out of the queue of dead letters, for good',
      body: discardRequest,
      read: readDiscard,
      refusals: { 409: taken, 422: reused },
    }),
  ];
}

function actionRoutes(actions: ActionStore): Route[] {
  return [
    route({
      ...forAdmins,
      path: '/api/v1/dlq/actions',
      summary: 'operators’ actions, newest first',
      query: { ...pageParameters(), ...queueFilter },
      answers: { 200: pageSchema(actionSummary), 404: ['queue-unknown'] },
      async handler({ req, query }, res) {
        if (query.queue !== undefined) readQueue(query.queue);
        const page = await actions.list(query.queue, pageIn(query));
        const items = page.documents.map(({ id, state }) => viewOf(id, state));
        sendPage(req, res, items, page.next);
      },
    }),
    route({
      ...forAdmins,
      path: '/api/v1/dlq/actions/:id',
      summary: 'one action, with the outcome of each letter',
      answers: { 200: actionAnswer, 404: ['action-unknown'] },
      async handler({ params: { id } }, res) {
        const action = await actions.get(id);
        if (!action) throw new ActionNotFoundError(id);
        res.json(answerOf(id, action));
      },
    }),
  ];
}

function answerOf(id: string, action: Action) {
  const { edit, letters } = action;
  return { ...viewOf(id, action), edit, letters };
}

function viewOf(id: string, action: Action) {
  const { kind, queue, by, reason, requestedAt, updatedAt, state, because, letters } = action;
  const counts = {
    waiting: countOf(letters, 'waiting'),
    underway: countOf(letters, 'underway'),
    sent: countOf(letters, 'sent'),
    returned: countOf(letters, 'returned'),
    discarded: countOf(letters, 'discarded'),
    gone: countOf(letters, 'gone'),
  };
  return { id, kind, queue, by, reason, requestedAt, updatedAt, state, because, counts };
}
