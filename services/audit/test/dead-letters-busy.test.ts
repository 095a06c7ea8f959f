import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createLogger, type Http } from '@order-events/runtime';
import { asking, personToken, serveRoutes, someParts } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import { openActions } from '../src/dead-letters/action-store.ts';
import { QueueBusyError } from '../src/dead-letters/errors.ts';
import type { ExclusiveQueues } from '../src/dead-letters/exclusive-queues.ts';
import { deadLetterRoutes } from '../src/dead-letters/http.ts';
import { createActionRunner } from '../src/dead-letters/run-actions.ts';
import { createSubmitAction } from '../src/dead-letters/submit-action.ts';

const heldElsewhere = (queue: string) => Promise.reject(new QueueBusyError(queue));
const queues: ExclusiveQueues = { count: async () => 1, look: heldElsewhere, withLease: heldElsewhere };
let http: Http;

beforeAll(async () => {
  const store = new MemoryStore();
  const { keys, clock } = someParts({ store });
  const log = createLogger({ service: 'audit', level: 'error' });
  const [actions, eventLog] = [await openActions(store), await store.collection<never>('events')];
  const submitAction = createSubmitAction({ actions, eventLog, queues, keys, clock });
  const runner = createActionRunner({ actions, queues, clock, log });
  http = await serveRoutes('audit', deadLetterRoutes({ queues, actions, submitAction, runner }));
});
afterAll(() => http.stop());

const choice = { queue: 'inventory', reason: 'the handler was repaired', letters: ['a'] };
const edit = { queue: 'inventory', reason: choice.reason, letter: 'a', data: {} };

test.each<[string, string, object | undefined]>([
  ['GET', '', undefined],
  ['GET', '/groups', undefined],
  ['GET', '/letters/inventory/a', undefined],
  ['GET', '/letters/inventory/a/body', undefined],
  ['POST', '/replay', choice],
  ['POST', '/edit', edit],
  ['POST', '/vouch', choice],
  ['POST', '/discard', choice],
])('%s %s is 503 with Retry-After while another request holds the queue', async (method, path, body) => {
  const ask = asking(http.url, personToken('root', 'admin'));
  const answer = await ask(method, `/api/v1/dlq${path}`, body, { 'idempotency-key': `key${path}` });
  expect([answer.status, answer.body.code, answer.headers.get('retry-after')]).toEqual([503, 'dlq-busy', '5']);
});
