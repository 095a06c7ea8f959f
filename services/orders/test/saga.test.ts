import { describe, expect, test } from '@jest/globals';
import { Status } from '@order-events/contracts';
import type { Decision } from '@order-events/store';
import fc from 'fast-check';
import { requestedCancellation, systemCancellation } from '../src/cancellation.ts';
import { cancel, type OrderState } from '../src/order.ts';
import { awaits, expire, reach, refuse } from '../src/saga.ts';
import { aPlacedOrder, eventsOf, later, payment } from './builders.ts';

type Answer = (order: OrderState) => Decision<OrderState>;

const reserved: Answer = (order) => reach(order, 'reserved', later);
const authorized: Answer = (order) => reach(order, 'authorized', later, payment);
const captured: Answer = (order) => reach(order, 'captured', later, payment);
const rejected: Answer = (order) => refuse(order, 'reserved', systemCancellation(order, 'out-of-stock'), later);
const declined: Answer = (order) => refuse(order, 'authorized', systemCancellation(order, 'payment-declined'), later);
const failed: Answer = (order) =>
  refuse(order, 'captured', systemCancellation(order, 'payment-failed'), later, payment);
const cancelled: Answer = (order) =>
  cancel(order, requestedCancellation(order, { role: 'user' }, 'changed my mind'), later);

function after(...answers: Answer[]): OrderState {
  return answers.reduce((order, answer) => answer(order).state, aPlacedOrder());
}

describe('reserved and authorised, whichever comes last', () => {
  test('confirms the order, once', () => {
    expect(eventsOf(reserved(aPlacedOrder()))).toEqual([]);
    expect(eventsOf(authorized(after(reserved)))).toMatchObject([
      { type: 'order.status_changed.v1', data: { order: { status: 1, version: 2 }, oldStatus: 0, newStatus: 1 } },
    ]);
    expect(eventsOf(authorized(after(reserved, authorized)))).toEqual([]);
  });

  test('an authorisation implies its reservation', () => {
    expect(after(authorized).order.status).toBe(Status.Confirmed);
    expect(reserved(after(authorized))).toHaveProperty('unchanged', true);
  });

  test('the payment token is deleted as soon as payment has a result', () => {
    expect(after(reserved).custody).toHaveProperty('paymentToken');
    expect(after(reserved, authorized).custody).not.toHaveProperty('paymentToken');
  });
});

describe('a negative event', () => {
  test.each([
    ['out-of-stock', after(), rejected, 0],
    ['payment-declined', after(reserved), declined, 0],
    ['payment-failed', after(reserved, authorized), failed, payment.amount],
    ['payment-failed', after(reserved), failed, payment.amount],
  ])('cancels the order with %s and refunds the authorised amount (%#)', (code, order, answer, amount) => {
    const events = eventsOf(answer(order));
    expect(events).toMatchObject([
      { type: 'order.status_changed.v1' },
      { type: 'order.cancelled.v1', data: { order: { cancellation: { code, by: 'system' } }, refund: { amount } } },
    ]);
  });

  test('comes too late once its step was reached', () => {
    expect(failed(after(captured))).toHaveProperty('unchanged', true);
  });
});

describe('an event about an order that was cancelled meanwhile', () => {
  test.each([reserved, authorized, captured, rejected, declined, failed])('changes nothing (%#)', (answer) => {
    const order = after(cancelled);
    expect(answer(order)).toEqual({ unchanged: true, state: order });
  });
});

describe('in whatever order events arrive, and however often, the order ends the same', () => {
  const stories: Record<string, { answers: Answer[]; status: Status; code?: string }> = {
    paid: { answers: [reserved, authorized, captured], status: Status.Confirmed },
    'out of stock': { answers: [rejected], status: Status.Cancelled, code: 'out-of-stock' },
    declined: { answers: [reserved, declined], status: Status.Cancelled, code: 'payment-declined' },
    'not captured': { answers: [reserved, authorized, failed], status: Status.Cancelled, code: 'payment-failed' },
  };

  test.each(Object.entries(stories))('%s', (_name, { answers, status, code }) => {
    const interleavings = fc
      .array(fc.constantFrom(...answers), { maxLength: 6 })
      .chain((repeats) =>
        fc.shuffledSubarray([...answers, ...repeats], { minLength: answers.length + repeats.length }),
      );
    fc.assert(
      fc.property(interleavings, (interleaving) => {
        const ended = after(...interleaving);
        expect(ended.order.status).toBe(status);
        expect(ended.order.cancellation?.code).toBe(code);
      }),
    );
  });

  test('the published events are legal moves, numbered without a gap, and none is published twice', () => {
    const anything = fc.array(fc.constantFrom(reserved, authorized, captured, rejected, declined, failed, cancelled));
    fc.assert(
      fc.property(anything, (answers) => {
        let order = aPlacedOrder();
        const story: ReturnType<typeof eventsOf> = [];
        for (const answer of answers) {
          const decision = answer(order);
          story.push(...eventsOf(decision, 1 + story.length));
          order = decision.state;
        }
        const versions = story.map(({ data }) => (data.order as { version: number }).version);
        expect(versions).toEqual(versions.map((_, place) => place + 2));
        const types = story.map(({ type, data }) => `${type} ${data.newStatus ?? ''}`);
        expect(new Set(types).size).toBe(types.length);
        if (order.order.status === Status.Cancelled) expect(types.at(-1)).toBe('order.cancelled.v1 ');
      }),
    );
  });
});

describe('time limits', () => {
  const late: Answer = (order) => expire(order, 'confirmation', systemCancellation(order, 'timed-out'), later);

  test('an order waits for its confirmation, then for its capture, then for nothing', () => {
    const waits = [after(), after(reserved), after(authorized), after(captured), after(cancelled)].map(awaits);
    expect(waits).toEqual(['confirmation', 'confirmation', 'capture', undefined, undefined]);
  });

  test('one that is late is cancelled', () => {
    expect(after(late).order.cancellation).toMatchObject({ code: 'timed-out', by: 'system' });
  });

  test('one that was confirmed meanwhile is left alone', () => {
    expect(late(after(authorized))).toHaveProperty('unchanged', true);
  });
});
