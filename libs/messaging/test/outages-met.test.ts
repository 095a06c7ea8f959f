import { expect, test } from '@jest/globals';
import { OutagesMet, type Pauses, readPauses } from '../src/outages-met.ts';

const start = Date.parse('2026-11-29T12:00:00Z');
const at = (seconds: number) => new Date(start + 1_000 * seconds);
const time = (seconds: number) => at(seconds).toISOString();
const HOUR = 3_600;

type Other = ['handled' | 'meets', type: string, second: number];

interface Case {
  /** What the message says of itself: it was set aside in second 100. */
  readonly known?: Partial<Pauses>;
  readonly others?: readonly Other[];
  readonly measured?: boolean;
  /** What is said of it in second 110, or later. */
  readonly becomes: object;
  readonly second?: number;
}

// The message is of type a.
test.each<[string, Case]>([
  ['for the first time: it pauses its queue', { becomes: { times: 0 } }],
  ['again, and nobody was tried meanwhile: it pauses', { known: {}, becomes: { times: 0 } }],
  [
    'again, and one of its type was handled meanwhile: it fails alone',
    { known: {}, others: [['handled', 'a', 105]], becomes: { times: 1, alone: true, since: time(110) } },
  ],
  [
    'again, and one of its type was handled before: it pauses',
    { known: {}, others: [['handled', 'a', 95]], becomes: { times: 0 } },
  ],
  [
    'again, and one of another type was handled: it pauses, and is counted',
    { known: {}, others: [['handled', 'b', 105]], becomes: { times: 1, since: time(110) } },
  ],
  [
    'again, and another one met it, too: it pauses',
    { known: {}, others: [['meets', 'a', 105]], becomes: { times: 0 } },
  ],
  [
    'of a breaker, whoever was handled: it pauses',
    { known: {}, measured: true, others: [['handled', 'a', 105]], becomes: { times: 0 } },
  ],
  [
    'once alone, and nobody was tried meanwhile: it stays alone',
    { known: { times: 2, since: time(50), alone: true }, becomes: { times: 2, since: time(50), alone: true } },
  ],
  [
    'once alone, and now others meet it, too, and none is handled: it pauses, as in any outage',
    { known: { times: 4, since: time(50), alone: true }, others: [['meets', 'a', 105]], becomes: { times: 0 } },
  ],
  [
    'once alone, and some meet it and some are handled: its hour begins again',
    {
      known: { times: 4, since: time(50), alone: true },
      others: [
        ['meets', 'b', 104],
        ['handled', 'a', 105],
      ],
      becomes: { times: 5, since: time(110), alone: true },
    },
  ],
  [
    'four times in a minute: it is not dead',
    {
      known: { times: 3, since: time(50), alone: true },
      others: [['handled', 'a', 105]],
      becomes: { times: 4, since: time(50), alone: true },
    },
  ],
  [
    'twice in an hour: it is not dead',
    {
      known: { times: 1, since: time(50), alone: true },
      others: [['handled', 'a', HOUR]],
      second: 2 * HOUR,
      becomes: { times: 2, since: time(50), alone: true },
    },
  ],
])('a message meets an outage %s', (_what, { known, others = [], measured = false, becomes, second = 110 }) => {
  const outages = new OutagesMet();
  for (const [what, type, when] of others) {
    if (what === 'handled') outages.handled(type, at(when));
    else outages.meets({ id: 'another', type, measured: false }, at(when));
  }
  const pauses = known && { times: 0, last: time(100), ...known };
  const met = outages.meets({ id: 'mine', type: 'a', known: pauses, measured }, at(second));
  expect(met).toMatchObject({ ownFault: false });
  expect(met.pauses).toEqual({ last: time(second), ...becomes });
});

test('five times and for an hour alone, while others are handled, is its own fault', () => {
  const outages = new OutagesMet();
  outages.handled('a', at(HOUR + 100));
  const known = { times: 4, since: time(50), last: time(HOUR), alone: true as const };
  expect(outages.meets({ id: 'mine', type: 'a', known, measured: false }, at(HOUR + 110)).ownFault).toBe(true);
});

test('a probe is held for a second while others are handled, and for ten at most while none is', () => {
  const outages = new OutagesMet();
  const hold = (second: number) => outages.meets({ id: second, type: 'a', measured: false }, at(second)).holdMs;
  expect([0, 1, 3, 7, 60, 600].map(hold)).toEqual([1_000, 1_000, 3_000, 7_000, 10_000, 10_000]);
  outages.handled('a', at(601));
  expect(hold(602)).toBe(1_000);
});

test.each([undefined, 7, '', 'null', '[]', '{"times":"1"}', '{"times":1,"last":"yesterday"}'])(
  'what a message says of its pauses and is none (%p) counts for nothing',
  (header) => {
    expect(readPauses(header)).toBeUndefined();
  },
);
