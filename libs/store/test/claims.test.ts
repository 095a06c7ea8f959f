import { beforeEach, describe, expect, test } from '@jest/globals';
import { parseKeys } from '@order-events/contracts';
import { eventually, testKeys } from '@order-events/testing';
import { MemoryStore } from '@order-events/testing/memory-store';
import {
  type Claim,
  type ClaimRules,
  type Claims,
  createClaims,
  type Lease,
  takeClaim,
  whileHeld,
} from '../src/claims.ts';
import { type Decision, decide, unchanged } from '../src/decision.ts';
import { createDocuments, type Documents } from '../src/documents.ts';
import { createRelay } from '../src/outbox-relay.ts';
import { quiet } from './harness.ts';

/** A parcel for which a label is bought, once. */
interface Parcel {
  readonly call?: LabelCall;
  readonly label?: string;
}

interface LabelCall extends Claim {
  readonly lookup: boolean;
}

class BusyError extends Error {}

const rules: ClaimRules<Parcel, LabelCall> = { claimIn: ({ call }) => call, inFlight: () => new BusyError() };
const leaseMs = 30;
const cause = { correlationId: 'c-1', triggeredBy: 'system' } as const;

function begin(parcel: Parcel = {}, { until }: Lease): Decision<Parcel> {
  if (parcel.label) return unchanged(parcel);
  return decide({ ...parcel, call: { until, lookup: parcel.call !== undefined } });
}

const labelled = (_: Parcel, label = 'l-1'): Decision<Parcel> => decide({ label });

let time: number;
let parcels: Documents<Parcel>;
let claims: Claims<Parcel, LabelCall>;

beforeEach(async () => {
  time = Date.parse('2030-01-01T12:00:00Z');
  const collection = await new MemoryStore().collection<Parcel>('parcels');
  const relay = createRelay({ publish: async () => {}, log: quiet });
  const keys = parseKeys(testKeys());
  parcels = createDocuments(collection, { source: '/services/shipping', keys, relay, keepsSeen: false });
  claims = claimsOn(parcels);
});

function claimsOn(documents: Pick<Documents<Parcel>, 'change'>) {
  return createClaims({ documents, rules, clock: () => new Date(time), leaseMs });
}

async function taken(id = 'p-1') {
  const { held } = await claims.take(id, cause, begin);
  if (!held) throw new Error('nothing was claimed');
  return held;
}

const stored = async (id = 'p-1') => (await parcels.get(id))?.state;

describe('a claim', () => {
  test('is stored before the call, with the end of its lease, and is gone with its answer', async () => {
    const held = await taken();
    expect(await stored()).toEqual({ call: { until: '2030-01-01T12:00:00.030Z', lookup: false } });
    expect(held.claim).toEqual((await stored())?.call);
    expect(await held.record((parcel) => labelled(parcel))).toMatchObject({ changed: true });
    expect(await stored()).toEqual({ label: 'l-1' });
  });

  test('is not taken where there is nothing to call for', async () => {
    await (await taken()).record((parcel) => labelled(parcel));
    expect(await claims.take('p-1', cause, begin)).toEqual({ state: { label: 'l-1' }, held: undefined });
  });

  test('is held by one of those who ask at once; the others are told that a call is in flight', async () => {
    const asked = await Promise.allSettled([1, 2, 3].map(() => claims.take('p-1', cause, begin)));
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    for (const each of asked) if (each.status === 'rejected') expect(each.reason).toBeInstanceOf(BusyError);
  });

  test('keeps nobody waiting behind another document', async () => {
    await taken('p-1');
    await expect(taken('p-2')).resolves.toBeDefined();
  });

  test('is taken over when its lease is over, and not a millisecond before', async () => {
    await taken();
    time += leaseMs - 1;
    await expect(taken()).rejects.toThrow(BusyError);
    time += 1;
    expect((await taken()).claim.lookup).toBe(true);
  });

  test('that was taken over takes no answer, but what was done is true whoever did it', async () => {
    const stalled = await taken();
    time += leaseMs;
    await taken();
    expect(await stalled.record((parcel) => labelled(parcel))).toMatchObject({ changed: false });
    expect((await stored())?.call).toBeDefined();
    await stalled.recordFact((parcel) => labelled(parcel));
    expect(await stored()).toEqual({ label: 'l-1' });
  });

  test('that its holder gives up is free at once', async () => {
    const held = await taken();
    await held.record((parcel, now) => decide({ ...parcel, call: { ...held.claim, until: now } }));
    expect((await taken()).claim.lookup).toBe(true);
  });
});

describe('a lease', () => {
  const lease = { now: '2030-01-01T12:00:00.000Z', until: '2030-01-01T12:00:10.000Z' };
  const take = (until: string) =>
    takeClaim(rules, 'p-1', { call: { until, lookup: false } }, lease, begin as typeof begin);

  test.each([
    ['ends now', '2030-01-01T12:00:00.000Z'],
    ['ended long ago', '2029-01-01T12:00:00.000Z'],
    ['ends more than a minute later than one taken now: a clock was ahead', '2030-01-01T12:01:10.001Z'],
    ['ends in a year', '2031-01-01T12:00:00.000Z'],
  ])('that %s is over', (_, until) => {
    expect(take(until).state).toEqual({ call: { until: lease.until, lookup: true } });
  });

  test.each([
    ['ends in a millisecond', '2030-01-01T12:00:00.001Z'],
    ['ends with one taken now', lease.until],
    ['was taken by a clock a minute ahead', '2030-01-01T12:01:10.000Z'],
  ])('that %s is not over', (_, until) => {
    expect(() => take(until)).toThrow(BusyError);
  });

  test('of another claim with the same end is not held', () => {
    const call = { until: lease.until, lookup: false };
    expect(whileHeld(rules, { ...call, lookup: true }, { call }, labelled)).toHaveProperty('unchanged');
    expect(whileHeld(rules, call, {}, labelled)).toHaveProperty('unchanged');
    expect(whileHeld(rules, call, { call }, labelled)).not.toHaveProperty('unchanged');
  });

  const renewed = (parcel: Parcel, until: string) => ({ ...parcel, call: { until, lookup: false } });

  test('that is kept is renewed until its call is answered, and the answer is taken', async () => {
    const held = await taken();
    await held.keep(renewed);
    for (let round = 0; round < 3; round++) {
      time += leaseMs - 5;
      await eventually(async () => expect(held.claim.until).toBe(new Date(time + leaseMs).toISOString()));
      await expect(taken()).rejects.toThrow(BusyError);
    }
    expect(await held.record((parcel) => labelled(parcel))).toMatchObject({ changed: true });
    expect(await stored()).toEqual({ label: 'l-1' });
  });

  test('that was taken over cannot be kept', async () => {
    const stalled = await taken();
    time += leaseMs;
    const held = await taken();
    await expect(stalled.keep(renewed)).rejects.toThrow(BusyError);
    expect((await stored())?.call).toEqual(held.claim);
  });
});

/** Writes up to the one given work; at that one the process dies, before it or after it. */
function dying(atWrite: number, moment: 'before' | 'after'): Pick<Documents<Parcel>, 'change'> {
  let writes = 0;
  const dead = new Promise<never>(() => {});
  const change = async (...asked: Parameters<Documents<Parcel>['change']>) => {
    const dies = ++writes === atWrite;
    if (dies && moment === 'before') return dead;
    const changed = await parcels.change(...asked);
    return dies ? dead : changed;
  };
  return { change: change as Documents<Parcel>['change'] };
}

test.each([
  [1, 'before', 0],
  [1, 'after', 0],
  [2, 'before', 1],
  [2, 'after', 1],
] as const)('after a death at write %i, just %s it, the call is made once', async (write, moment, madeByThen) => {
  let bought = 0;
  async function buy(by: Claims<Parcel, LabelCall>): Promise<void> {
    const { held } = await by.take('p-1', cause, begin);
    // Looked up, or bought under the one key that the parcel has.
    if (held && !(held.claim.lookup && bought > 0)) bought += 1;
    await held?.record((parcel) => labelled(parcel));
  }
  void buy(claimsOn(dying(write, moment)));
  await new Promise(setImmediate);
  expect(bought).toBe(madeByThen);
  time += leaseMs;
  await buy(claims);
  expect(await stored()).toEqual({ label: 'l-1' });
  expect(bought).toBe(1);
});
