import { expect, test } from '@jest/globals';
import { complete, type Fact, learn, type Reservation, refuse } from '../src/reservation.ts';

const now = '2026-11-24T10:00:00.000Z';
const wanted = {
  orderId: 'order-1',
  lines: [
    { productId: 'pen', quantity: 2 },
    { productId: 'lamp', quantity: 1 },
    { productId: 'pen', quantity: 3 },
  ],
  cause: { correlationId: 'c-1', triggeredBy: 'system' as const },
};
const refusal = { code: 'out-of-stock' as const, shortages: [{ productId: 'lamp', requested: 1, available: 0 }] };

/** A reservation after these facts in this order, each operation done before the next fact. */
function after(...facts: Fact[]): Reservation {
  let reservation: Reservation | undefined;
  for (const fact of facts) {
    reservation = learn(reservation, fact, wanted, now).state;
    while (reservation.pending) reservation = complete(reservation, now).state;
  }
  if (!reservation) throw new Error('nothing is known');
  return reservation;
}

function saidBy(reservation: Reservation): string[] {
  return complete(reservation, now).events.map(({ contract }) => contract.type);
}

test('lines are moved in product order, and lines of one product are one line', () => {
  expect(learn(undefined, 'wanted', wanted, now).state.lines).toEqual([
    { productId: 'lamp', quantity: 1 },
    { productId: 'pen', quantity: 5 },
  ]);
});

test('a wanted order is held; once all lines are held, it is reserved, and this is published', () => {
  const { state } = learn(undefined, 'wanted', wanted, now);
  expect(state).toMatchObject({ status: 'new', pending: 'hold', n: 1 });
  expect(saidBy(state)).toEqual(['inventory.reserved.v1']);
  expect(complete(state, now).state).toMatchObject({ status: 'reserved', n: 1 });
  expect(complete(state, now).state).not.toHaveProperty('pending');
});

test('a refused hold turns into its undo at once, and is published after the last line', () => {
  const { state } = refuse(learn(undefined, 'wanted', wanted, now).state, refusal, now);
  expect(state).toMatchObject({ status: 'new', pending: 'undo', n: 2 });
  expect(saidBy(state)).toEqual(['inventory.rejected.v1']);
  expect(complete(state, now).state.status).toBe('rejected');
});

test('a cancel turns a hold into its undo, and releases held lines', () => {
  const undoing = learn(learn(undefined, 'wanted', wanted, now).state, 'cancelled', wanted, now).state;
  expect(undoing).toMatchObject({ pending: 'undo', n: 2 });
  const releasing = learn(after('wanted'), 'cancelled', wanted, now).state;
  expect(releasing).toMatchObject({ pending: 'release', n: 2 });
  for (const state of [undoing, releasing]) {
    expect(saidBy(state)).toEqual(['inventory.released.v1']);
    expect(complete(state, now).state.status).toBe('released');
  }
});

test('a cancel before its order leaves a tombstone, and the order then holds nothing', () => {
  const tombstone = learn(undefined, 'cancelled', wanted, now);
  expect(tombstone).toMatchObject({ state: { status: 'released', n: 0 }, events: [] });
  expect(learn(tombstone.state, 'wanted', wanted, now).state).toMatchObject({ status: 'released', n: 0 });
});

test.each<[string, Fact[], Partial<Reservation>]>([
  ['dispatched, it is sold', ['wanted', 'dispatched'], { status: 'shipped', n: 2 }],
  ['returned, it is available', ['wanted', 'dispatched', 'returned'], { status: 'returned', n: 3 }],
  ['lost, it is lost', ['wanted', 'dispatched', 'lost'], { status: 'lost', n: 3 }],
  ['lost and found, it is available', ['wanted', 'dispatched', 'lost', 'returned'], { status: 'returned', n: 4 }],
  ['returned before the fact dispatched, which it implies', ['wanted', 'returned'], { status: 'returned', n: 3 }],
  ['lost before the fact dispatched, which it implies', ['wanted', 'lost'], { status: 'lost', n: 3 }],
  ['recalled, it is available', ['wanted', 'recalled'], { status: 'released', n: 2 }],
  ['cancelled and dispatched all the same, it is sold', ['wanted', 'cancelled', 'dispatched'], { status: 'shipped' }],
  ['dispatched, a late cancel changes nothing', ['wanted', 'dispatched', 'cancelled'], { status: 'shipped', n: 2 }],
  ['dispatched before it was wanted, it is sold', ['dispatched', 'wanted'], { status: 'shipped', n: 1 }],
  ['returned, nothing moves it any more', ['wanted', 'returned', 'lost', 'cancelled'], { status: 'returned', n: 3 }],
])('%s', (_what, facts, expected) => {
  expect(after(...facts)).toMatchObject(expected);
});

test('while a hold is pending, a dispatch waits for it; a cancel then changes nothing', () => {
  const holding = learn(learn(undefined, 'wanted', wanted, now).state, 'dispatched', wanted, now).state;
  expect(holding).toMatchObject({ pending: 'hold', n: 1 });
  expect(learn(holding, 'cancelled', wanted, now).state).toMatchObject({ pending: 'hold', n: 1 });
  expect(complete(holding, now).state).toMatchObject({ status: 'reserved', pending: 'dispatch', n: 2 });
});

test('a known fact changes nothing, whatever is pending', () => {
  const facts: Fact[] = ['wanted', 'cancelled', 'recalled', 'dispatched', 'returned', 'lost'];
  for (const fact of facts) {
    const { state } = learn(undefined, fact, wanted, now);
    expect(learn(state, fact, wanted, now)).toMatchObject({ unchanged: true });
  }
});

test('only a hold can be refused', () => {
  for (const state of [after('wanted'), learn(after('wanted'), 'cancelled', wanted, now).state]) {
    expect(refuse(state, refusal, now)).toMatchObject({ unchanged: true });
  }
});
