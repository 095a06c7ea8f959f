import { expect, test } from '@jest/globals';
import { accounts, checkAccounts, type Left } from '../src/check/account.ts';
import type { Case } from '../src/check/case.ts';
import { check } from '../src/check/check.ts';
import { checkMemory, type Memories, tolerance } from '../src/check/memory.ts';
import { checkMoney } from '../src/check/money.ts';
import { checkOrders } from '../src/check/orders.ts';
import { checkStock } from '../src/check/stock.ts';
import { exactlyOnce } from '../src/check/verdict.ts';
import { stepClock } from '../src/child/clock.ts';
import { createStepHarm, parseCrash } from '../src/child/harm.ts';
import { randomOf, shuffled } from '../src/random.ts';
import { aCase } from './prove-case.ts';

test('a crash is a step and a pass', () => {
  expect(parseCrash('message.handled:3')).toEqual({ step: 'message.handled', pass: 3 });
  for (const text of ['message.handled', 'x:0', ':1', '']) expect(() => parseCrash(text)).toThrow('CRASH_AT');
});

test('a stall comes at its pass of its step, once, and lasts as long as it was told to', () => {
  const harm = createStepHarm(undefined);
  const stalls: string[] = [];
  harm.stallAt({ step: 'line.held', pass: 2, ms: 50 }, () => stalls.push('stalls'));
  const timed = (step: string) => {
    const began = performance.now();
    harm.passed(step);
    return performance.now() - began;
  };
  expect(
    [timed('line.undone'), timed('line.held'), timed('line.held'), timed('line.held')].map((ms) => ms > 40),
  ).toEqual([false, false, true, false]);
  harm.stallAt({ step: 'line.held', pass: 1, ms: 50 }, () => stalls.push('called off'))();
  expect(timed('line.held')).toBeLessThan(40);
  expect(stalls).toEqual(['stalls']);
});

test('a clock that is stepped is ahead for whoever asks for the time, and for nothing else', () => {
  const [before, ticks] = [Date.now(), performance.now()];
  stepClock(3_600_000);
  const ahead = [Date.now(), Date.parse(new Date().toISOString()), Date.parse(Date())].map((at) =>
    Math.round((at - before) / 60_000),
  );
  const [given, made] = [new Date(5).getTime(), new Date() instanceof Date];
  stepClock(0);
  expect(ahead).toEqual([60, 60, 60]);
  expect([given, made]).toEqual([5, true]);
  expect(Date.now() - before).toBeLessThan(60_000);
  expect(performance.now() - ticks).toBeLessThan(60_000);
});

test('the same seed throws the same dice', () => {
  const thrown = (seed: number) => shuffled(randomOf(seed), [1, 2, 3, 4, 5, 6, 7, 8]);
  expect(thrown(1)).toEqual(thrown(1));
  expect(thrown(1)).not.toEqual(thrown(2));
});

test('exactly once is neither none nor two nor one that nobody asked for', () => {
  expect(exactlyOnce('mails', ['a', 'b'], ['b', 'b', 'c'])).toEqual({
    lost: ['mails: none for a'],
    doubled: ['mails: 2 for b'],
    wrong: ['mails: one nobody asked for, c'],
  });
});

test('a case in which all is well has nothing in it to find', () => {
  expect(check(aCase())).toEqual({ lost: [], doubled: [], wrong: [] });
});

test('an order that was shipped is paid, sold, and nothing in it is to be found', () => {
  for (const look of [checkOrders, checkStock, checkMoney]) {
    expect(look(shippedCase(aCase()))).toEqual({ lost: [], doubled: [], wrong: [] });
  }
});

type Break = (found: Case) => Case;
const within =
  (change: (evidence: Case['evidence']) => Partial<Case['evidence']>): Break =>
  (found) => ({
    ...found,
    evidence: { ...found.evidence, ...change(found.evidence) },
  });

type OrderDocument = Case['evidence']['orders'][number];
const isShipped = (each: OrderDocument) => ({ ...each, state: { order: { ...each.state.order, status: 3 } } });

/** Its first order is shipped: what was held is sold. */
function shippedCase(found: Case): Case {
  const { orders, reservations, products } = found.evidence;
  return {
    ...found,
    accepted: found.accepted.map((each) => ({ ...each, shipped: each.id === 'o-1' })),
    shown: new Map(found.shown).set('o-1', 3),
    evidence: {
      ...found.evidence,
      orders: orders.map((each) => (each.id === 'o-1' ? isShipped(each) : each)),
      reservations: reservations.map((each) =>
        each.id === 'o-1' ? { ...each, state: { ...each.state, status: 'shipped' } } : each,
      ),
      products: products.map((each) => ({ ...each, state: { ...each.state, held: 0, sold: each.state.held } })),
    },
  };
}

const breaks: [what: string, kind: 'lost' | 'doubled' | 'wrong', finding: string, change: Break][] = [
  [
    'an accepted order that is not there',
    'lost',
    'orders: none for o-3',
    (found) => ({ ...found, accepted: [...found.accepted, { ...first(found.accepted), id: 'o-3' }] }),
  ],
  [
    'an order that nobody was answered',
    'wrong',
    'orders: one nobody asked for, o-2',
    (found) => ({ ...found, accepted: found.accepted.slice(0, 1) }),
  ],
  [
    'an order shown as something else',
    'wrong',
    'order o-1 is shown as 0 and kept as 1',
    (found) => ({ ...found, shown: new Map(found.shown).set('o-1', 0) }),
  ],
  [
    'a cancel that was accepted and did not hold',
    'wrong',
    'order o-1 was cancelled for its owner',
    (found) => ({ ...found, accepted: found.accepted.map((each) => ({ ...each, cancelled: true })) }),
  ],
  [
    'an order cancelled though nothing spoke against it',
    'lost',
    'order o-2 was cancelled, and nothing spoke against it',
    (found) => ({ ...found, accepted: found.accepted.map((each) => ({ ...each, cancelled: false })) }),
  ],
  [
    'two effects of one event in one service',
    'doubled',
    'effects: 2 for /services/payments said payment.captured.v1 of o-1 because of o-1-2',
    within(({ events }) => ({ events: [...events, { ...named(events, 'p-2'), id: 'p-9', sequence: '3' }] })),
  ],
  [
    'one effect twice, for whatever reasons',
    'doubled',
    'said about orders: 2 for payment.captured.v1 of o-1',
    within(({ events }) => ({
      events: [...events, { ...named(events, 'p-2'), id: 'p-9', sequence: '3', causationid: 'x' }],
    })),
  ],
  [
    'an event without the effect it must have',
    'lost',
    'said about orders: none for inventory.reserved.v1 of o-1',
    within(({ events }) => ({ events: events.filter(({ id }) => id !== 'i-1') })),
  ],
  [
    'a document changed twice by one event',
    'doubled',
    'payments took i-1 twice, for o-1',
    within(({ payments }) => ({
      payments: payments.map((each) => (each.id === 'o-1' ? { ...each, seen: ['i-1', 'o-1-2', 'i-1'] } : each)),
    })),
  ],
  [
    'an event that audit never got',
    'lost',
    'events of orders in audit: none for o-1 2',
    within(({ events }) => ({ events: events.filter(({ id }) => id !== 'o-1-2') })),
  ],
  [
    'an event said twice under two ids',
    'doubled',
    'events of orders in audit: 2 for o-1 2',
    within(({ events }) => ({
      events: [...events, ...events.filter(({ id }) => id === 'o-1-2').map((event) => ({ ...event, id: 'again' }))],
    })),
  ],
  [
    'a unit that vanished',
    'wrong',
    'pen: 999999 units, there were 1000000',
    within(({ products }) => ({
      products: products.map((each) =>
        each.id === 'pen' ? { ...each, state: { ...each.state, available: each.state.available - 1 } } : each,
      ),
    })),
  ],
  [
    'a hold of a cancelled order',
    'wrong',
    'holds: one nobody asked for, 1 ink for o-2',
    within(({ reservations }) => ({
      reservations: reservations.map((each) =>
        each.id === 'o-2' ? { ...each, state: { ...each.state, status: 'reserved' } } : each,
      ),
    })),
  ],
  ...(['held', 'sold', 'lost'] as const).map((place): (typeof breaks)[number] => [
    `a unit ${place} that no reservation knows`,
    'wrong',
    `ink: 1 units ${place}, reservations say 0`,
    within(({ products }) => ({
      products: products.map((each) =>
        each.id === 'ink'
          ? { ...each, state: { ...each.state, available: each.state.available - 1, [place]: 1 } }
          : each,
      ),
    })),
  ]),
  [
    'units that were dispatched and never there',
    'wrong',
    'pen: 999999 units, there were 1000000',
    within(({ products }) => ({
      products: products.map((each) => (each.id === 'pen' ? { ...each, state: { ...each.state, shortage: 1 } } : each)),
    })),
  ],
  [
    'a shipped order whose units are still held',
    'wrong',
    'reservation o-1 is reserved, its order at 3',
    within(({ orders }) => ({
      orders: orders.map((each) => (each.id === 'o-1' ? isShipped(each) : each)),
    })),
  ],
  [
    'a shipment that was answered and did not hold',
    'wrong',
    'order o-1 was shipped and is at status 1',
    (found) => ({ ...found, accepted: found.accepted.map((each) => ({ ...each, shipped: each.id === 'o-1' })) }),
  ],
  [
    'an order shipped though nobody was answered so',
    'wrong',
    'order o-1 ended at status 3',
    within(({ orders }) => ({ orders: orders.map((each) => (each.id === 'o-1' ? isShipped(each) : each)) })),
  ],
  [
    'a shipped order without its money',
    'lost',
    'order o-1 is confirmed, and nothing was captured',
    (found) => ({ ...shippedCase(found), ledger: found.ledger.filter(({ orderId }) => orderId !== 'o-1') }),
  ],
  [
    'money taken twice',
    'doubled',
    'order o-1 was authorised 2 times',
    (found) => ({ ...found, ledger: [...found.ledger, first(found.ledger)] }),
  ],
  [
    'money kept for a cancelled order',
    'wrong',
    'order o-2 is cancelled, and its money was kept',
    (found) => ({ ...found, ledger: found.ledger.map((each) => ({ ...each, state: 'captured' })) }),
  ],
  [
    'a confirmed order without its money',
    'lost',
    'order o-1 is confirmed, and nothing was captured',
    (found) => ({ ...found, ledger: found.ledger.filter(({ orderId }) => orderId !== 'o-1') }),
  ],
  [
    'a mail that was never sent',
    'lost',
    'mails: none for o-1-2',
    within(({ mails }) => ({ mails: mails.filter(({ id }) => id !== 'mail-1') })),
  ],
  [
    'a mail that was recorded and is in no mailbox',
    'lost',
    'mailbox: none for <o-1-2>',
    within(() => ({ mailbox: [] })),
  ],
  [
    'a confirmation that was withheld though its order was not cancelled',
    'wrong',
    'mail mail-1 is superseded',
    within(({ mails }) => ({
      mails: mails.map((mail) =>
        mail.id === 'mail-1' ? { ...mail, state: { ...mail.state, status: 'superseded' } } : mail,
      ),
    })),
  ],
  [
    'a mail whose fate nobody knows',
    'wrong',
    'mail mail-2 is unknown',
    within(({ mails }) => ({
      mails: mails.map((mail) =>
        mail.id === 'mail-2' ? { ...mail, state: { ...mail.state, status: 'unknown' } } : mail,
      ),
    })),
  ],
  [
    'two mails for one event',
    'doubled',
    'mails: 2 for o-1-2',
    within(({ mails }) => ({ mails: [...mails, { ...first(mails), id: 'mail-9' }] })),
  ],
  [
    'a feed with a gap',
    'wrong',
    'user:ada: position 3 where 2 belongs',
    within(({ feed }) => ({
      feed: feed.map((entry) => (entry.position === 1 ? entry : { ...entry, position: entry.position + 1 })),
    })),
  ],
  [
    'a feed that has an event twice',
    'doubled',
    'feed entries: 2 for user:ada o-1-1',
    within(({ feed }) => ({ feed: [...feed, { ...first(feed), position: feed.length + 1 }] })),
  ],
  [
    'a message that a socket never got',
    'lost',
    'messages told to ada: none for',
    (found) => ({ ...found, heard: { ada: (found.heard.ada ?? []).slice(1) } }),
  ],
  [
    'messages told in another order',
    'wrong',
    'ada was told in another order than kept',
    (found) => ({ ...found, heard: { ada: [...(found.heard.ada ?? [])].reverse() } }),
  ],
];

test.each(breaks)('%s is found', (_what, kind, finding, change) => {
  expect(check(change(aCase()))[kind]).toContainEqual(expect.stringContaining(finding));
});

/** Everything handled by everyone, but for the named. */
function handledBut(...not: string[]): Map<string, number> {
  const queues = ['orders', 'inventory', 'payments', 'email', 'email.priority', 'notifications', 'audit'];
  const all = queues.flatMap((queue) => aCase().evidence.events.map(({ id }) => `${queue} ${id}`));
  return new Map(all.filter((each) => !not.includes(each)).map((each) => [each, 1]));
}

const letter = (id: string, headers: Record<string, unknown> = {}) => ({ properties: { message_id: id, headers } });

function accounted(not: readonly string[], left: Left, meant: Record<string, number> = {}) {
  const all = accounts(aCase().evidence, { passes: new Map(), handled: handledBut(...not) }, left);
  return { inventory: all.find(({ queue }) => queue === 'inventory'), verdict: checkAccounts(all, left, meant) };
}

test('what was published to a queue is done, dead-lettered or in flight', () => {
  const all = accounted([], new Map());
  expect(all.inventory).toMatchObject({ published: 5, done: 5, dead: 0, inFlight: 0 });
  expect(all.verdict).toEqual({ lost: [], doubled: [], wrong: [] });
  const left = new Map([
    ['inventory.dlq', [letter('o-1-1', { failure: {} })]],
    ['inventory.retry.1000', [letter('o-2-1')]],
  ]);
  const some = accounted(['inventory o-1-1', 'inventory o-2-1'], left, {
    'inventory.dlq': 1,
    'inventory.retry.1000': 1,
  });
  expect(some.inventory).toMatchObject({ published: 5, done: 3, dead: 1, inFlight: 1 });
  expect(some.verdict).toEqual({ lost: [], doubled: [], wrong: [] });
});

test('an event that one of those who hear it never handled, and that lies nowhere, is lost', () => {
  const { verdict } = accounted(['inventory o-1-1'], new Map());
  expect(verdict.lost).toEqual(['inventory: 5 published to it, 4 done, 0 dead-lettered, 0 in flight']);
});

test('a message that is stuck, and a dead letter that was not meant or says no reason, are found', () => {
  const left = new Map([
    ['audit.retry.1000', [letter('x')]],
    ['orders.dlq', [letter('y')]],
  ]);
  expect(accounted([], left).verdict).toEqual({
    lost: ['audit.retry.1000 holds 1 messages, and not 0', 'orders.dlq holds 1 messages, and not 0'],
    doubled: [],
    wrong: ['orders.dlq holds messages that do not say why'],
  });
});

test('a process that keeps more memory than is allowed is found, and so is one that doesn’t say', () => {
  const base = { resident: 100_000_000, held: 20_000_000 };
  const grown = (resident: number, held: number): Memories => ({
    before: new Map([['orders', base]]),
    after: new Map([['orders', { resident: base.resident + resident, held: base.held + held }]]),
  });
  expect(checkMemory(grown(tolerance.resident, tolerance.held)).wrong).toEqual([]);
  expect(checkMemory(grown(0, 2 * tolerance.held)).wrong).toEqual([
    'orders needs 32 MiB more memory at rest than before (held, 16 MiB allowed)',
  ]);
  expect(checkMemory(grown(2 * tolerance.resident, 0)).wrong).toEqual([
    'orders needs 384 MiB more memory at rest than before (resident, 192 MiB allowed)',
  ]);
  const { before } = grown(0, 0);
  expect(checkMemory({ before, after: new Map() }).wrong).toEqual(['orders did not say what it needs']);
  expect(checkMemory({ before: new Map(), after: before }).wrong).toEqual(['orders did not say what it needed before']);
});

function named(events: Case['evidence']['events'], wanted: string) {
  return first(events.filter(({ id }) => id === wanted));
}

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
}
