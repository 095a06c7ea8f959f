import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { type Case, check } from '../src/prove/check/check.ts';
import { checkHandled } from '../src/prove/check/handled.ts';
import { exactlyOnce } from '../src/prove/check/verdict.ts';
import { parseCrash } from '../src/prove/child/crash.ts';
import { withFault } from '../src/prove/child/with-fault.ts';
import { hastened, plantedFaults } from '../src/prove/planted.ts';
import { randomOf, shuffled } from '../src/prove/random.ts';
import { aCase } from './prove-case.ts';

const root = join(import.meta.dirname, '..', '..');

test.each([...plantedFaults, hastened])('$name still fits the code it is planted into', async ({ edits }) => {
  for (const edit of edits) {
    const source = await readFile(join(root, edit.file), 'utf8');
    expect(withFault(source, [edit])).not.toBe(source);
  }
});

test('an edit that fits nowhere, or in two places, is refused', () => {
  const edit = { file: 'x.ts', code: 'a', instead: 'b' };
  expect(() => withFault('c', [edit])).toThrow('x.ts has this 0 times, not once: a');
  expect(() => withFault('a a', [edit])).toThrow('2 times');
});

test('a crash is a step and a pass', () => {
  expect(parseCrash('message.handled:3')).toEqual({ step: 'message.handled', pass: 3 });
  for (const text of ['message.handled', 'x:0', ':1', '']) expect(() => parseCrash(text)).toThrow('CRASH_AT');
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

type Break = (found: Case) => Case;
const within =
  (change: (evidence: Case['evidence']) => Partial<Case['evidence']>): Break =>
  (found) => ({
    ...found,
    evidence: { ...found.evidence, ...change(found.evidence) },
  });

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
    within(({ products }) => ({
      products: products.map((each) =>
        each.id === 'ink'
          ? { ...each, state: { ...each.state, available: each.state.available - 1, holds: { 'o-2': 1 } } }
          : each,
      ),
    })),
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

test('an event that one of those who hear it never handled is lost', () => {
  const { evidence } = aCase();
  const handled = new Map([['audit o-1-1', 1]]);
  const { lost } = checkHandled(evidence, { passes: new Map(), handled });
  expect(lost).toContain('never handled: inventory o-1-1');
  expect(lost).not.toContain('never handled: audit o-1-1');
});

function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new Error('there is none');
  return item;
}
