import { describe, expect, test } from '@jest/globals';
import { Status } from '@order-events/contracts';
import { type Decision, takeClaim, whileHeld } from '@order-events/store';
import { begin, conclude, giveUp, paymentClaims } from '../src/call.ts';
import { CallInFlightError } from '../src/errors.ts';
import { isFurther } from '../src/outcome.ts';
import {
  type Answer,
  applyOrder,
  applyReserved,
  type CallKind,
  type Found,
  next,
  noted,
  opened,
  type Payment,
  type Resolution,
} from '../src/payment.ts';
import { resolve, stuckOn } from '../src/resolve.ts';
import { orderId, orderIn, terms } from './events.ts';

const now = '2026-03-01T10:00:00.000Z';
const until = '2026-03-01T10:00:06.000Z';
const later = '2026-03-01T10:00:07.000Z';
const reference = 'auth_1';
const sum = { orderId, ...terms };

type Step = (payment: Payment) => Decision<Payment>;

/** Runs one decision after another; `events` are those of the last one. */
function given(...steps: Step[]) {
  let payment = opened(orderId, 'correlation-1');
  let events: unknown[] = [];
  for (const step of steps) {
    const decision = step(payment);
    payment = decision.state;
    events = 'events' in decision ? decision.events.map(({ contract, data }) => [contract.type, data]) : [];
  }
  return { payment, events, next: next(payment) };
}

const created: Step = (payment) => applyOrder(payment, orderIn(Status.Pending), now);
const confirmed: Step = (payment) => applyOrder(payment, orderIn(Status.Confirmed), now);
const cancelled: Step = (payment) => applyOrder(payment, orderIn(Status.Cancelled), now);
const completed: Step = (payment) => applyOrder(payment, orderIn(Status.Delivered), now);
const reserved: Step = (payment) => applyReserved(payment, now);
const askedAt =
  (at: string, end: string): Step =>
  (payment) =>
    takeClaim(paymentClaims, orderId, payment, { now: at, until: end }, (_, lease) => begin(payment, lease));
const asked = askedAt(now, until);
const takenOver = askedAt(later, '2026-03-01T10:00:13.000Z');
const unanswered: Step = (payment) => giveUp(payment, callOf(payment), now);
const answered =
  (answer: Answer): Step =>
  (payment) =>
    conclude(payment, callOf(payment), answer, now);

const authorised = [created, reserved, asked, answered({ outcome: 'authorised', reference })];
const captured = [...authorised, confirmed, asked, answered({ outcome: 'captured', reference })];

function callOf({ call }: Payment) {
  if (!call) throw new Error('no call is in flight');
  return call;
}

describe('what a payment is ripe for', () => {
  test.each<[string, Step[], string | undefined]>([
    ['an order alone: nothing', [created], undefined],
    ['reserved goods alone: nothing', [reserved], undefined],
    ['both: authorise', [created, reserved], 'authorise'],
    ['both the other way round: authorise', [reserved, created], 'authorise'],
    ['a cancelled order, with late events: nothing', [cancelled, created, reserved, confirmed], undefined],
    ['authorised, not yet confirmed: nothing', authorised, undefined],
    ['authorised and confirmed: capture', [...authorised, confirmed], 'capture'],
    ['confirmed before authorised: capture', [confirmed, ...authorised], 'capture'],
    ['authorised and cancelled: void', [...authorised, cancelled], 'void'],
    ['authorised, confirmed and cancelled: void', [...authorised, confirmed, cancelled], 'void'],
    ['captured: nothing', captured, undefined],
    ['captured and completed: settle', [...captured, completed], 'settle'],
    ['captured and cancelled: refund', [...captured, cancelled], 'refund'],
  ])('%s', (_, steps, expected) => {
    expect(given(...steps).next).toBe(expected);
  });
});

describe('published events', () => {
  test.each<[string, Step[], unknown[]]>([
    ['authorised', authorised, [['payment.authorized.v1', sum]]],
    [
      'declined, with the reason',
      [created, reserved, asked, answered({ outcome: 'declined', code: 'card-declined' })],
      [['payment.declined.v1', { ...sum, code: 'card-declined' }]],
    ],
    ['captured', captured, [['payment.captured.v1', sum]]],
    [
      'a refused capture, with its step',
      [...authorised, confirmed, asked, answered({ outcome: 'refused', code: 'capture-refused' })],
      [['payment.failed.v1', { ...sum, code: 'capture-refused', step: 'capture' }]],
    ],
    [
      'voided',
      [...authorised, cancelled, asked, answered({ outcome: 'voided', reference })],
      [['payment.voided.v1', sum]],
    ],
    [
      'refunded',
      [...captured, cancelled, asked, answered({ outcome: 'refunded', reference })],
      [['payment.refunded.v1', sum]],
    ],
    [
      'settled',
      [...captured, completed, asked, answered({ outcome: 'settled', reference })],
      [['payment.settled.v1', sum]],
    ],
    [
      'an authorisation that is only found when it is voided',
      [created, reserved, asked, unanswered, cancelled, takenOver, answered({ outcome: 'unknown' }), asked].concat(
        answered({ outcome: 'voided', reference }),
      ),
      [
        ['payment.authorized.v1', sum],
        ['payment.voided.v1', sum],
      ],
    ],
    [
      'nothing, when an authorise is barred',
      [created, reserved, asked, unanswered, cancelled, takenOver].concat(
        answered({ outcome: 'unknown' }),
        asked,
        answered({ outcome: 'barred' }),
      ),
      [],
    ],
  ])('%s', (_, steps, expected) => {
    expect(given(...steps).events).toEqual(expected);
  });
});

/** The state found after a refusal: the money was moved by hand. */
const found = (outcome: Found['outcome']) => answered({ outcome, reference, code: `already-${outcome}` });
const toCapture = [...authorised, confirmed, asked];
const toVoid = [...authorised, cancelled, asked];
const toRefund = [...captured, cancelled, asked];
const toSettle = [...captured, completed, asked];

describe('money moved by hand in the provider’s dashboard', () => {
  test.each<[string, Step[], string[], string, string | undefined]>([
    ['captured before our capture', [...toCapture, found('captured')], ['captured'], 'captured', undefined],
    ['refunded before our capture', [...toCapture, found('refunded')], ['captured', 'refunded'], 'refunded', undefined],
    ['settled before our capture', [...toCapture, found('settled')], ['captured'], 'captured', undefined],
    ['voided before our capture', [...toCapture, found('voided')], ['failed', 'voided'], 'voided', undefined],
    ['captured before our void', [...toVoid, found('captured')], ['captured'], 'captured', 'refund'],
    ['refunded before our void', [...toVoid, found('refunded')], ['captured', 'refunded'], 'refunded', undefined],
    ['settled before our void', [...toVoid, found('settled')], ['captured'], 'captured', 'refund'],
    ['voided before our void', [...toVoid, found('voided')], ['voided'], 'voided', undefined],
    ['refunded before our refund', [...toRefund, found('refunded')], ['refunded'], 'refunded', undefined],
    ['reversed before our refund', [...toRefund, found('voided')], ['refunded'], 'refunded', undefined],
    ['settled before our settlement', [...toSettle, found('settled')], ['settled'], 'settled', undefined],
    ['refunded before our settlement', [...toSettle, found('refunded')], ['refunded'], 'refunded', undefined],
    [
      'refunded before an authorise was ever answered, found by the void',
      [created, reserved, asked, unanswered, cancelled, takenOver, answered({ outcome: 'unknown' }), asked].concat(
        found('refunded'),
      ),
      ['authorized', 'captured', 'refunded'],
      'refunded',
      undefined,
    ],
  ])('%s is adopted, and published', (_, steps, events, stage, ripe) => {
    const reached = given(...steps);
    expect(reached.events.map((each) => (each as [string])[0].split('.')[1])).toEqual(events);
    expect({ stage: reached.payment.stage, ripe: reached.next }).toEqual({ stage, ripe });
    expect(reached.payment.history.at(-1)?.code).toMatch(/^already-/);
  });

  test.each<[Found['outcome'], Payment['stage'], CallKind, boolean]>([
    ['authorised', 'authorised', 'capture', false],
    ['authorised', 'uncapturable', 'void', false],
    ['captured', 'authorised', 'capture', true],
    ['captured', 'captured', 'refund', false],
    ['captured', 'captured', 'settle', false],
    ['settled', 'captured', 'refund', false],
    ['settled', 'captured', 'settle', true],
    ['refunded', 'captured', 'refund', true],
    ['voided', 'authorised', 'void', true],
  ])('%s, recorded as %s, explains a refused %s: %s', (outcome, stage, kind, explains) => {
    expect(isFurther({ outcome, reference }, { ...given(...captured).payment, stage }, kind)).toBe(explains);
  });
});

describe('a payment that is stuck', () => {
  const refused = answered({ outcome: 'refused', code: 'no-such-thing' });
  const [onRefund, onSettle] = [
    [...toRefund, refused],
    [...toSettle, refused],
  ];
  const onVoid = [...toVoid, refused];
  const by =
    (outcome: Resolution['outcome'], more: Partial<Resolution> = {}): Step =>
    (payment) =>
      resolve(payment, { outcome, reason: 'paid back by hand', by: 'root', at: later, key: 'k-1', ...more });

  test.each<[string, Step[], string[], string, string | undefined]>([
    ['a refund, paid back by hand', [...onRefund, by('refunded')], ['refunded'], 'refunded', undefined],
    ['a settlement that came all the same', [...onSettle, by('settled')], ['settled'], 'settled', undefined],
    ['a settlement, paid back', [...onSettle, by('refunded')], ['refunded'], 'refunded', undefined],
    ['a void that the bank made', [...onVoid, by('voided')], ['voided'], 'voided', undefined],
    ['a refund to try again', [...onRefund, by('retry')], [], 'captured', 'refund'],
    ['a settlement to try again', [...onSettle, by('retry')], [], 'captured', 'settle'],
    ['a void to try again', [...onVoid, by('retry')], [], 'uncapturable', 'void'],
  ])('is resolved by an admin: %s', (_, steps, events, stage, ripe) => {
    const resolved = given(...steps);
    expect(resolved.events.map((each) => (each as [string])[0].split('.')[1])).toEqual(events);
    expect({ stage: resolved.payment.stage, ripe: resolved.next }).toEqual({ stage, ripe });
    expect(resolved.payment.history.at(-1)).toMatchObject({ at: later, by: 'root', reason: 'paid back by hand' });
  });

  test('is retried under a new key, since the old one would be refused for ever', () => {
    const again = [by('retry'), asked];
    expect(given(...onRefund, ...again).payment.call?.key).toBe(`${orderId}.refund.2`);
    expect(given(...onRefund, ...again, refused, by('retry', { key: 'k-2' }), asked).payment.call?.key).toBe(
      `${orderId}.refund.3`,
    );
  });

  test('has the refused call, the time and the ways out; one that is not stuck has none', () => {
    expect(stuckOn(given(...onRefund, completed).payment)).toEqual({
      call: 'refund',
      since: now,
      code: 'no-such-thing',
      waysOut: ['retry', 'refunded'],
    });
    expect(stuckOn(given(...captured).payment)).toBeUndefined();
  });

  test('takes the same decision once, and refuses another one under its key', () => {
    expect(by('refunded')(given(...onRefund, by('refunded')).payment)).toHaveProperty('unchanged');
    for (const other of [by('retry'), by('refunded', { reason: 'another reason' })]) {
      expect(() => given(...onRefund, by('refunded'), other)).toThrow(
        expect.objectContaining({ code: 'idempotency-key-reused' }),
      );
    }
  });

  test.each<[string, Step[], string]>([
    ['a payment that is not stuck', [...captured, by('refunded')], 'not-stuck'],
    ['one that is resolved already', [...onRefund, by('refunded'), by('refunded', { key: 'k-2' })], 'not-stuck'],
    ['the same key of another admin', [...onRefund, by('refunded'), by('refunded', { by: 'eve' })], 'not-stuck'],
    ['a void of what was captured', [...onRefund, by('voided')], 'outcome-impossible'],
    ['a settlement of a cancelled order', [...onRefund, by('settled')], 'outcome-impossible'],
    ['a refund of what was never taken', [...onVoid, by('refunded')], 'outcome-impossible'],
  ])('%s is refused', (_, steps, code) => {
    expect(() => given(...steps)).toThrow(expect.objectContaining({ kind: 'conflict', code }));
  });
});

describe('a refused capture', () => {
  const refused = [...authorised, confirmed, asked, answered({ outcome: 'refused', code: 'capture-refused' })];

  test('voids the authorisation at once, without waiting for the order to be cancelled', () => {
    expect(given(...refused).next).toBe('void');
    expect(given(...refused, asked, answered({ outcome: 'voided', reference })).payment.stage).toBe('voided');
  });

  test('leaves nothing to do for the cancel that follows', () => {
    expect(given(...refused, asked, answered({ outcome: 'voided', reference }), cancelled).next).toBeUndefined();
  });
});

describe('a call in flight', () => {
  const inFlight = [created, reserved, asked];

  test('keeps every other handler from calling', () => {
    expect(() => given(...inFlight, asked)).toThrow(CallInFlightError);
  });

  test('does not keep a cancel from being recorded, which is read after the answer', () => {
    const answer = answered({ outcome: 'authorised', reference });
    expect(given(...inFlight, cancelled, answer).next).toBe('void');
  });

  test('is looked up by its key when its maker is overdue', () => {
    expect(given(...inFlight, takenOver).payment.call).toMatchObject({ key: `${orderId}.authorise`, lookup: true });
  });

  test('that would end later than any made now was made by a clock that was ahead: it is looked up, and keeps nobody waiting', () => {
    const anHourAhead = askedAt('2026-03-01T11:00:00.000Z', '2026-03-01T11:00:06.000Z');
    const call = { kind: 'authorise', key: `${orderId}.authorise`, until, lookup: true };
    expect(given(created, reserved, anHourAhead, asked).payment.call).toEqual(call);
  });

  test('made by a clock a little ahead, or just before a slow decision, is in flight all the same', () => {
    const aLittleAhead = askedAt('2026-03-01T10:00:05.000Z', '2026-03-01T10:00:11.000Z');
    expect(() => given(created, reserved, aLittleAhead, asked)).toThrow(CallInFlightError);
  });

  test('is looked up without waiting when its maker has recorded that no response came', () => {
    expect(given(...inFlight, unanswered, asked).payment.call).toMatchObject({ kind: 'authorise', lookup: true });
  });

  test('is decided anew when the provider has no such call', () => {
    const unheard = answered({ outcome: 'unknown' });
    expect(given(...inFlight, takenOver, unheard).next).toBe('authorise');
    expect(given(...inFlight, cancelled, takenOver, unheard).next).toBe('void');
  });

  test('that turns out to have captured just before the void is refunded', () => {
    const voiding = [unanswered, cancelled, takenOver, answered({ outcome: 'unknown' }), asked];
    const found = given(...authorised, confirmed, asked, ...voiding, answered({ outcome: 'captured', reference }));
    expect(found.events).toEqual([['payment.captured.v1', sum]]);
    expect(found.next).toBe('refund');
  });

  test('takes no answer from a maker that another has replaced', () => {
    const call = callOf(given(...inFlight).payment);
    const concluded = (payment: Payment) => conclude(payment, call, { outcome: 'barred' }, now);
    const late = whileHeld(paymentClaims, call, given(...inFlight, takenOver).payment, concluded);
    expect(late).toHaveProperty('unchanged');
  });
});

test('without its token, because the order has ended, nothing is authorised and no call is pending', () => {
  const { payment, next: ripe } = given(created, reserved, asked, answered({ outcome: 'no-token' }));
  expect({ ripe, call: payment.call, events: payment.stage }).toEqual({
    ripe: undefined,
    call: undefined,
    events: 'waiting',
  });
});

test('an event without new facts changes nothing', () => {
  expect(created(given(created).payment)).toHaveProperty('unchanged');
  expect(reserved(given(reserved).payment)).toHaveProperty('unchanged');
});

test('a history has at most 100 entries: its beginning and its end', () => {
  let { payment } = given(...captured);
  for (let n = 0; n < 500; n++) payment = noted(payment, { at: now, what: `thing ${n}` });
  expect(payment.history).toHaveLength(100);
  expect(payment.history[0]?.what).toBe('order known');
  expect(payment.history.at(-1)?.what).toBe('thing 499');
});

test('an outage of hours is one line of history', () => {
  const again = [takenOver, unanswered];
  const { history } = given(created, reserved, asked, unanswered, ...again, ...again).payment;
  expect(history.at(-1)).toMatchObject({ what: 'authorise unanswered', times: 3 });
});
