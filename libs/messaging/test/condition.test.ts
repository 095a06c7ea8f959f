import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Condition,
  type ConsumerEvent,
  type Flow,
  isSilent,
  next,
  type Shown,
  shown,
  unsubscribed,
} from '../src/consumer/condition.ts';

const seconds = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 1_000);
const [old, now] = [seconds(0), seconds(100)];
const [first, second] = ['first connection', 'second connection'];

const down: Flow = { is: 'down' };
const missing: Flow = { is: 'missing' };
const live: Flow = { is: 'live', since: old };
const paused: Flow = { is: 'paused' };
const renewing = (begun: Date, connection = first): Flow => ({ is: 'renewing', since: old, begun, connection });

const subscribed: ConsumerEvent = { is: 'subscribed', at: now, connection: first };
const silent: ConsumerEvent = { is: 'silent', at: now, connection: first };

describe('the flow of messages:', () => {
  test.each<[string, Flow, ConsumerEvent, Flow]>([
    ['down, subscribed: live since now', down, subscribed, { is: 'live', since: now }],
    ['missing, subscribed: live since now', missing, subscribed, { is: 'live', since: now }],
    ['live, subscribed with another prefetch: live since before', live, subscribed, live],
    ['renewing, subscribed in time: live without a break', renewing(seconds(91)), subscribed, live],
    ['renewing, subscribed too late: live since now', renewing(seconds(90)), subscribed, { is: 'live', since: now }],
    [
      'renewing, subscribed on the next connection: live since now',
      renewing(now, second),
      subscribed,
      { is: 'live', since: now },
    ],
    ['paused, subscribed: paused, the trial message is still here', paused, subscribed, paused],
    ['down, refused: down', down, { is: 'refused', missing: false }, down],
    ['renewing, refused: down', renewing(now), { is: 'refused', missing: false }, down],
    ['renewing, refused for want of a queue: missing', renewing(now), { is: 'refused', missing: true }, missing],
    ['missing, refused for another reason: down', missing, { is: 'refused', missing: false }, down],
    ['live, silent: renewing', live, silent, renewing(now)],
    ['down, silent: down', down, silent, down],
    ['live, lost: down', live, { is: 'lost' }, down],
    ['paused, lost: paused, until the handlers of that channel have ended', paused, { is: 'lost' }, paused],
    ['live, an outage: paused', live, { is: 'paused', at: now, reason: 'x' }, paused],
    ['down, an outage that an old message meets: paused', down, { is: 'paused', at: now, reason: 'x' }, paused],
    ['paused, the trial is over: down, until the broker agrees', paused, { is: 'resumed', at: now }, down],
    ['live, a trial is over: live', live, { is: 'resumed', at: now }, live],
    ['paused, the channel’s life ended: down', paused, { is: 'ended' }, down],
    ['renewing, the channel’s life ended: renewing', renewing(now), { is: 'ended' }, renewing(now)],
    ['live, a message handled: live', live, { is: 'processed', as: 'handled' }, live],
  ])('%s', (_what, flow, event, expected) => {
    expect(next({ flow, oneAtATime: false }, event).flow).toEqual(expected);
  });
});

describe('the outage:', () => {
  const outage = { reason: 'the store is down', since: old, seen: seconds(90) };
  const ended = { reason: 'the store is down', since: old, seen: seconds(40) };

  test.each<[string, Omit<Condition, 'oneAtATime'>, ConsumerEvent, Condition['outage']]>([
    [
      'the first one begins now',
      { flow: live },
      { is: 'paused', at: now, reason: 'x' },
      { reason: 'x', since: now, seen: now },
    ],
    [
      'a second trial message within a minute: the same outage, with its reason',
      { flow: live, outage },
      { is: 'paused', at: now, reason: 'x' },
      { reason: 'x', since: old, seen: now },
    ],
    [
      'a minute after the last trial message: another outage',
      { flow: live, outage: ended },
      { is: 'paused', at: now, reason: 'x' },
      { reason: 'x', since: now, seen: now },
    ],
    ['a trial is over: last seen now', { flow: paused, outage }, { is: 'resumed', at: now }, { ...outage, seen: now }],
    [
      'another message handled during a trial: it lasts',
      { flow: paused, outage },
      { is: 'processed', as: 'handled' },
      outage,
    ],
    ['a message that met it: it lasts', { flow: live, outage }, { is: 'processed', as: 'undecided' }, outage],
    ['a message handled: over', { flow: live, outage }, { is: 'processed', as: 'handled' }, undefined],
    ['a message dead-lettered: over', { flow: live, outage }, { is: 'processed', as: 'decided' }, undefined],
    ['subscribed anew: it lasts', { flow: down, outage }, subscribed, outage],
  ])('%s', (_what, condition, event, expected) => {
    expect(next({ ...condition, oneAtATime: false }, event).outage).toEqual(expected);
  });
});

describe('one message at a time:', () => {
  test.each<[string, Condition, ConsumerEvent, boolean]>([
    ['until one was handled', { flow: live, oneAtATime: true }, { is: 'processed', as: 'handled' }, false],
    ['while messages fail', { flow: live, oneAtATime: true }, { is: 'processed', as: 'decided' }, true],
    [
      'while a channel is left for the next one',
      { flow: renewing(now), oneAtATime: true },
      { is: 'processed', as: 'handled' },
      true,
    ],
    ['after an outage', { flow: live, oneAtATime: false }, { is: 'paused', at: now, reason: 'x' }, true],
    ['not after a lost channel', { flow: live, oneAtATime: false }, { is: 'lost' }, false],
  ])('%s', (_what, condition, event, expected) => {
    expect(next(condition, event).oneAtATime).toBe(expected);
  });
});

describe('is shown as', () => {
  const outage = { reason: 'the store is down', since: old, seen: seconds(90) };
  const since = old;
  const out = { paused: 'the store is down', pausedSince: old };

  test.each<[string, Omit<Condition, 'oneAtATime'>, Shown]>([
    ['down', { flow: down }, { live: false }],
    ['missing', { flow: missing }, { live: false, missing: true }],
    ['live', { flow: live }, { live: true, since }],
    ['live, while it subscribes anew in time', { flow: renewing(seconds(91)) }, { live: true, since }],
    ['not live, when that takes too long', { flow: renewing(seconds(90)) }, { live: false, since }],
    ['not live, when that connection is gone', { flow: renewing(now, second) }, { live: false, since }],
    ['paused', { flow: paused, outage }, { live: false, ...out }],
    ['paused between two trial messages', { flow: live, outage }, { live: false, since, ...out }],
    [
      'live, a minute after the last trial message',
      { flow: live, outage: { ...outage, seen: seconds(40) } },
      { live: true, since },
    ],
  ])('%s', (_what, condition, expected) => {
    expect(shown({ ...condition, oneAtATime: false }, now, first)).toEqual(expected);
  });
});

test.each<[string, Flow, boolean, number, boolean]>([
  ['nothing came and nothing is handled: forgotten, perhaps', live, false, 0, true],
  ['a message came: it is known', live, true, 0, false],
  ['a message is being handled: nothing more need come', live, false, 1, false],
  ['paused: nothing is to come', paused, false, 0, false],
])('silence: %s', (_what, flow, heard, inFlight, expected) => {
  expect(isSilent({ flow, oneAtATime: false }, heard, inFlight)).toBe(expected);
});

test('whatever happens, a consumer is never live while it is paused or its queue missing, and a subscription makes it live', () => {
  const at = fc.nat(200).map(seconds);
  const connection = fc.constantFrom(first, second);
  const event = fc.oneof(
    fc.record({ is: fc.constant('subscribed'), at, connection }),
    fc.record({ is: fc.constant('refused'), missing: fc.boolean() }),
    fc.record({ is: fc.constant('silent'), at, connection }),
    fc.record({ is: fc.constantFrom('lost', 'ended') }),
    fc.record({ is: fc.constant('paused'), at, reason: fc.constant('x') }),
    fc.record({ is: fc.constant('resumed'), at }),
    fc.record({ is: fc.constant('processed'), as: fc.constantFrom('handled', 'decided', 'undecided') }),
  ) as fc.Arbitrary<ConsumerEvent>;
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const condition = events.reduce(next, unsubscribed);
      const known = shown(condition, seconds(200), first);
      expect(known.live && (known.paused !== undefined || known.missing === true)).toBe(false);
      const ready = [{ is: 'ended' }, { is: 'processed', as: 'handled' }, { ...subscribed, at: seconds(200) }] as const;
      expect(shown(ready.reduce(next, condition), seconds(200), first).live).toBe(true);
    }),
  );
});
