import { describe, expect, test } from '@jest/globals';
import { getStatusLabel, Status } from '@order-events/contracts';
import { requestedCancellation } from '../src/cancellation.ts';
import { AddressFixedError, CancelInsteadError, IllegalMoveError, NotReadyError } from '../src/errors.ts';
import { cancel, changeAddress, type OrderState } from '../src/order.ts';
import { moveOn, reach } from '../src/saga.ts';
import { aPlacedOrder, aPlacement, eventsOf, later, now, payment } from './builders.ts';

const cancellationOf = (order: OrderState) => requestedCancellation(order, { role: 'user' }, 'changed my mind');
const parcel = { trackingNumber: 'T-1', shippingCarrier: 'Post' };

/** A placed order whose saga reached `captured`, in a later status. */
function anOrderAt(status: Status): OrderState {
  const captured = reach(aPlacedOrder(), 'captured', now, payment).state;
  return { ...captured, order: { ...captured.order, status, statusLabel: getStatusLabel(status) } };
}

describe('an order that is placed', () => {
  test('publishes order.created, at version 1, pending', () => {
    const [created, ...others] = eventsOf(aPlacement(), 0);
    expect(created).toMatchObject({
      type: 'order.created.v1',
      data: { order: { status: 0, statusLabel: 'Pending', version: 1, createdAt: now.at, updatedAt: now.at } },
    });
    expect(others).toEqual([]);
  });

  test('publishes no payment token, no sealing key and no address', () => {
    const text = JSON.stringify(eventsOf(aPlacement(), 0));
    const { key } = aPlacedOrder().custody;
    for (const secret of ['tok_ok', key.secret, 'Main Street', 'paymentToken']) expect(text).not.toContain(secret);
  });
});

describe('the address', () => {
  test.each([Status.Pending, Status.Confirmed, Status.Processing])('can change while the status is %i', (status) => {
    const decision = changeAddress(anOrderAt(status), 'sealed:v1:elsewhere', later);
    expect(eventsOf(decision, 4)).toMatchObject([
      {
        type: 'order.updated.v1',
        data: { order: { shippingAddress: 'sealed:v1:elsewhere', version: 5, updatedAt: later.at, status } },
      },
    ]);
  });

  test('can change a thousand times, and then no more', () => {
    let order = aPlacedOrder();
    for (let n = 0; n < 1_000; n++) order = changeAddress(order, `sealed:v1:${n}`, later).state;
    expect(() => changeAddress(order, 'sealed:v1:elsewhere', later)).toThrow(
      expect.objectContaining({ kind: 'conflict', code: 'address-changes-used-up' }),
    );
  });

  test.each([Status.Shipped, Status.Delivered, Status.Cancelled])('is fixed once the status is %i', (status) => {
    expect(() => changeAddress(anOrderAt(status), 'sealed:v1:elsewhere', later)).toThrow(AddressFixedError);
  });
});

describe('a cancel', () => {
  test('publishes status_changed and then cancelled, each with its own version', () => {
    const order = aPlacedOrder();
    const cancellation = cancellationOf(order);
    expect(eventsOf(cancel(order, cancellation, later))).toMatchObject([
      {
        type: 'order.status_changed.v1',
        data: {
          order: { status: 5, statusLabel: 'Cancelled', cancellation, version: 2 },
          oldStatus: 0,
          newStatus: 5,
          oldStatusLabel: 'Pending',
          newStatusLabel: 'Cancelled',
        },
      },
      { type: 'order.cancelled.v1', data: { order: { version: 3, cancellation } } },
    ]);
  });

  test('refunds nothing when nothing was authorised', () => {
    const order = aPlacedOrder();
    const [, cancelled] = eventsOf(cancel(order, cancellationOf(order), later));
    expect(cancelled?.data.refund).toEqual({ amount: 0, currency: 'EUR', method: 'card' });
  });

  test('refunds the authorised amount', () => {
    const order = reach(aPlacedOrder(), 'authorized', now, payment).state;
    const [, cancelled] = eventsOf(cancel(order, cancellationOf(order), later), 2);
    expect(cancelled?.data.refund).toEqual(payment);
  });

  test('changes nothing the second time', () => {
    const order = aPlacedOrder();
    const once = cancel(order, cancellationOf(order), now).state;
    expect(cancel(once, cancellationOf(once), later)).toEqual({ unchanged: true, state: once });
  });

  test('deletes the payment token', () => {
    const order = aPlacedOrder();
    expect(order.custody.paymentToken).toBeDefined();
    expect(cancel(order, cancellationOf(order), later).state.custody).not.toHaveProperty('paymentToken');
  });

  test.each([Status.Shipped, Status.Delivered])('comes too late once the status is %i', (status) => {
    const order = anOrderAt(status);
    expect(() => cancel(order, cancellationOf(order), later)).toThrow(IllegalMoveError);
  });
});

describe('an admin', () => {
  test('moves an order on to Processing, Shipped and Delivered, which completes it', () => {
    const processing = moveOn(anOrderAt(Status.Confirmed), Status.Processing, {}, later);
    const shipped = moveOn(processing.state, Status.Shipped, parcel, later);
    const delivered = moveOn(shipped.state, Status.Delivered, {}, later);
    expect(eventsOf(shipped, 3)).toMatchObject([
      { type: 'order.status_changed.v1', data: { order: { status: 3, ...parcel, version: 4 }, oldStatus: 2 } },
    ]);
    expect(eventsOf(delivered, 4)).toMatchObject([
      { type: 'order.status_changed.v1', data: { order: { status: 4, version: 5 }, newStatusLabel: 'Delivered' } },
      { type: 'order.completed.v1', data: { order: { status: 4, version: 6, ...parcel } } },
    ]);
  });

  test('gets the legal statuses with a refused move', () => {
    const skip = () => moveOn(anOrderAt(Status.Confirmed), Status.Delivered, {}, later);
    expect(skip).toThrow('2 (Processing) or 5 (Cancelled)');
    expect(skip).toThrow(expect.objectContaining({ kind: 'conflict', extra: { status: 1, legal: [2, 5] } }));
  });

  test('cannot confirm an order that was not authorised', () => {
    const confirm = () => moveOn(aPlacedOrder(), Status.Confirmed, {}, later);
    expect(confirm).toThrow(NotReadyError);
    expect(confirm).toThrow(expect.objectContaining({ extra: { missing: ['authorized'] } }));
  });

  test('gets all that a shipment lacks with a refused move', () => {
    const authorized = reach(aPlacedOrder(), 'authorized', now, payment).state;
    const processing = moveOn(authorized, Status.Processing, {}, now).state;
    expect(() => moveOn(processing, Status.Shipped, {}, later)).toThrow(
      expect.objectContaining({ extra: { missing: ['captured', 'trackingNumber', 'shippingCarrier'] } }),
    );
  });

  test('cancels by the cancel route, which needs a reason', () => {
    expect(() => moveOn(aPlacedOrder(), Status.Cancelled, {}, later)).toThrow(CancelInsteadError);
  });

  test.each([Status.Delivered, Status.Cancelled])('cannot move an order on from %i', (status) => {
    expect(() => moveOn(anOrderAt(status), Status.Pending, {}, later)).toThrow('nothing else');
  });
});
