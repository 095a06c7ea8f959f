import { type Auth, callerOf, idempotencyKeyOf, pageQuery, sendPage } from '@order-events/runtime';
import { type Response, Router } from 'express';
import { type Action, countOf, type Outcome } from './action.ts';
import type { ActionStore } from './action-store.ts';
import { ActionNotFoundError, LetterAmbiguousError, LettersNotFoundError } from './errors.ts';
import type { ExclusiveQueues } from './exclusive-queues.ts';
import { createFindLetters } from './find-letters.ts';
import { groupsOf } from './groups.ts';
import { withinPage } from './letter-view.ts';
import { readDiscard, readEdit, readFilter, readFlag, readQueue, readReplay, readVouch } from './requests.ts';
import type { ActionRunner } from './run-actions.ts';
import { pageOf } from './selection.ts';
import type { ActionRequest, SubmitAction } from './submit-action.ts';

interface Doors {
  readonly auth: Auth;
  readonly queues: ExclusiveQueues;
  readonly actions: ActionStore;
  readonly submitAction: SubmitAction;
  readonly runner: ActionRunner;
}

/** `/api/v1/dlq`: dead letters, their reasons, and operators' actions on them. */
export function deadLetterRoutes({ auth, queues, actions, submitAction, runner }: Doors): Router {
  const router = Router({ caseSensitive: true });
  const find = createFindLetters(queues);
  router.use(auth.admin());

  router.get('/', async (req, res) => {
    const page = pageQuery(req);
    const full = readFlag(req, 'full');
    const { items, next } = pageOf(await find.summaries(readFilter(req, 'limit', 'cursor', 'full')), page);
    sendPage(req, res, full ? withinPage(await find.full(items)) : items, next);
  });

  router.get('/groups', async (req, res) => {
    const all = groupsOf(await find.summaries(readFilter(req)));
    res.json({ items: all.slice(0, MOST_GROUPS), more: Math.max(0, all.length - MOST_GROUPS) });
  });

  router.get('/letters/:queue/:id', async (req, res) => {
    const queue = readQueue(req.params.queue);
    const letters = await find.named(queue, req.params.id);
    if (letters.length === 0) throw new LettersNotFoundError(queue, [req.params.id]);
    res.json({ items: withinPage(letters) });
  });

  router.get('/letters/:queue/:id/body', async (req, res) => {
    const queue = readQueue(req.params.queue);
    const bodies = await find.bodies(queue, req.params.id);
    const [body, other] = bodies.values();
    if (!body) throw new LettersNotFoundError(queue, [req.params.id]);
    if (other) throw new LetterAmbiguousError(req.params.id, [...bodies.keys()]);
    // A browser must not show it as a page of this site.
    res.setHeader('Content-Disposition', 'attachment; filename="body.bin"');
    res.setHeader('X-Content-Type-Options', 'nosniff');
    res.type('application/octet-stream').send(body);
  });

  const takes = (path: string, read: (body: unknown) => ActionRequest) =>
    router.post(path, async (req, res) => {
      const { id, action, replayed } = await submitAction(read(req.body), callerOf(req).id, idempotencyKeyOf(req));
      runner.run(id);
      if (replayed) res.setHeader('Idempotent-Replayed', 'true');
      answer(res.status(202).location(`/api/v1/dlq/actions/${id}`), id, action);
    });
  takes('/replay', readReplay);
  takes('/edit', readEdit);
  takes('/vouch', readVouch);
  takes('/discard', readDiscard);

  router.get('/actions', async (req, res) => {
    const { limit, after } = pageQuery(req);
    const { queue } = readFilter(req, 'limit', 'cursor');
    const page = await actions.list(queue, { limit, ...(after !== undefined && { after }) });
    const items = page.documents.map(({ id, state }) => viewOf(id, state));
    sendPage(req, res, items, page.next);
  });

  router.get('/actions/:id', async (req, res) => {
    const action = await actions.get(req.params.id);
    if (!action) throw new ActionNotFoundError(req.params.id);
    answer(res, req.params.id, action);
  });

  return router;
}

function answer(res: Response, id: string, action: Action): void {
  const { edit, letters } = action;
  res.json({ ...viewOf(id, action), edit, letters });
}

/** The most groups in a response, the largest ones: an attacker could make each letter a group of its own. */
const MOST_GROUPS = 500;

const outcomes: readonly Outcome[] = ['waiting', 'underway', 'sent', 'returned', 'discarded', 'gone'];

function viewOf(id: string, action: Action) {
  const { kind, queue, by, reason, requestedAt, updatedAt, state, because, letters } = action;
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, countOf(letters, outcome)]));
  return { id, kind, queue, by, reason, requestedAt, updatedAt, state, because, counts };
}
