import { expect, test } from '@jest/globals';
import {
  begin,
  complete,
  end,
  type Reservation,
  type ReservationStatus,
  recheck,
  refuse,
  release,
} from '../src/reservation.ts';

const now = '2026-11-24T10:00:00.000Z';
const wanted = {
  orderId: 'order-1',
  lines: [
    { productId: 'pen', quantity: 2 },
    { productId: 'lamp', quantity: 1 },
  ],
  cause: { correlationId: 'c-1', triggeredBy: 'system' as const },
};
const refusal = { code: 'out-of-stock' as const, shortages: [{ productId: 'lamp', requested: 1, available: 0 }] };

function aReservation(status: ReservationStatus, more: Partial<Reservation> = {}): Reservation {
  return { ...wanted, status, changedAt: now, ...more };
}

test('lines are held in product order, so that two orders never wait for each other', () => {
  expect(begin(undefined, wanted, now).state.lines.map((line) => line.productId)).toEqual(['lamp', 'pen']);
});

test('all lines held: it is reserved and says so', () => {
  const decision = complete(aReservation('reserving'), now);
  expect(decision).toMatchObject({
    state: { status: 'reserved' },
    events: [{ contract: { type: 'inventory.reserved.v1' } }],
  });
});

test('a refusal leaves reserving before any hold is undone, and is said after the last', () => {
  const rejecting = refuse(aReservation('reserving'), refusal, now);
  expect(rejecting).toMatchObject({ state: { status: 'rejecting' }, events: [] });
  expect(end(rejecting.state, now)).toMatchObject({
    state: { status: 'rejected' },
    events: [{ contract: { type: 'inventory.rejected.v1' } }],
  });
});

test('a cancel releases what is held or being held', () => {
  for (const status of ['reserving', 'reserved'] as const) {
    const releasing = release(aReservation(status), wanted, now);
    expect(releasing.state.status).toBe('releasing');
    expect(end(releasing.state, now)).toMatchObject({
      state: { status: 'released' },
      events: [{ contract: { type: 'inventory.released.v1' } }],
    });
  }
});

test('a cancel that overtakes its order leaves a tombstone, and the order then holds nothing', () => {
  const tombstone = release(undefined, { ...wanted, lines: [] }, now);
  expect(tombstone).toMatchObject({ state: { status: 'released' }, events: [] });
  expect(begin(tombstone.state, wanted, now)).toMatchObject({ unchanged: true, state: { status: 'released' } });
});

test('who lost the race changes nothing', () => {
  for (const status of ['reserved', 'rejecting', 'rejected', 'releasing', 'released'] as const) {
    expect(complete(aReservation(status), now)).toMatchObject({ unchanged: true });
    expect(refuse(aReservation(status), refusal, now)).toMatchObject({ unchanged: true });
  }
  for (const status of ['rejecting', 'rejected', 'releasing', 'released'] as const) {
    expect(release(aReservation(status), wanted, now)).toMatchObject({ unchanged: true });
  }
  for (const status of ['reserving', 'reserved', 'rejected', 'released'] as const) {
    expect(end(aReservation(status), now)).toMatchObject({ unchanged: true });
  }
});

test('only an ended reservation counts as looked at again', () => {
  expect(recheck(aReservation('released')).state.rechecked).toBe(true);
  expect(recheck(aReservation('reserved'))).toMatchObject({ unchanged: true });
});
