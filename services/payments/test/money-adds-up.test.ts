import { expect, test } from '@jest/globals';
import { kindOf } from '@order-events/runtime';
import fc from 'fast-check';
import { CallInFlightError } from '../src/errors.ts';
import { next } from '../src/payment.ts';
import { anEvent, type EventKind } from './events.ts';
import { Crash, createPaymentsUnderTest, type Fault, type Life, leaseMs } from './payments-under-test.ts';

/** The events of an order; each is delivered at least once, at any time and any number of times. */
const stories: Record<string, readonly EventKind[]> = {
  delivered: ['created', 'reserved', 'confirmed', 'completed'],
  'confirmed and then cancelled': ['created', 'reserved', 'confirmed', 'cancelled'],
  'cancelled before it was confirmed': ['created', 'reserved', 'cancelled'],
  'out of stock': ['created', 'cancelled'],
  'still open': ['created', 'reserved', 'confirmed'],
};

const lives = fc.record({
  /** The step at which the process dies. */
  diesAt: fc.option(fc.nat(12), { nil: Number.POSITIVE_INFINITY }),
  faults: fc.array(fc.oneof(fc.constantFrom('none', 'lost on the way there', 'lost on the way back'), fc.nat(40)), {
    maxLength: 4,
  }),
  /** Milliseconds that pass at each step. Some are so long that the handler counts as dead, and comes back. */
  pauses: fc.array(fc.constantFrom(0, 1, leaseMs + 1), { maxLength: 12 }),
});

const tales = fc.constantFrom(...Object.keys(stories)).chain((name) =>
  fc.record({
    name: fc.constant(name),
    token: fc.constantFrom('tok_ok', 'tok_declined', 'tok_capture_fails'),
    deliveries: fc.array(fc.record({ kind: fc.constantFrom(...(stories[name] ?? [])), life: lives }), {
      maxLength: 14,
    }),
    /** Changes in the provider's dashboard meanwhile, each after that many steps. */
    dashboard: fc.array(
      fc.record({ after: fc.nat(20), operation: fc.constantFrom('capture', 'void', 'refund', 'settle') }),
      { maxLength: 2 },
    ),
    last: fc.shuffledSubarray([...(stories[name] ?? [])], { minLength: stories[name]?.length ?? 0 }),
  }),
);

const runs = Number(process.env.FAST_CHECK_RUNS ?? 1500);

test('money adds up when events and calls are repeated, overtaken, lost, stalled or killed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), tales, async (scheduler, { name, token, deliveries, dashboard, last }) => {
      const system = createPaymentsUnderTest({ token });
      for (const { after, operation } of dashboard) system.byHand(after, operation);
      const turn = () => scheduler.schedule(Promise.resolve());
      await scheduler.waitFor(
        Promise.all(deliveries.map(({ kind, life }) => deliver(system, kind, lived(life, turn, system.pass)))),
      );
      await calmDown(system, last);
      system.deliverAll();
      if (dashboard.length > 0)
        expectToHaveFollowed(system, name, token, new Set(dashboard.map(({ operation }) => operation)));
      else expectToAddUp(system, name, token);
    }),
    { numRuns: runs },
  );
}, 120_000);

type PaymentsUnderTest = ReturnType<typeof createPaymentsUnderTest>;

async function deliver(system: PaymentsUnderTest, kind: EventKind, life: Life): Promise<boolean> {
  const message = anEvent(kind);
  const handler = system.handlers(life).find(({ type }) => type === message.type);
  if (!handler) throw new Error(`no handler for ${message.type}`);
  try {
    await life.step();
    await handler.handle(message, {} as never);
    return true;
  } catch (error) {
    if (error instanceof Crash || error instanceof CallInFlightError || kindOf(error) === 'unavailable') return false;
    throw error;
  }
}

function lived(
  plan: { diesAt: number; faults: Fault[]; pauses: number[] },
  turn: () => Promise<void>,
  pass: PaymentsUnderTest['pass'],
): Life {
  const faults = [...plan.faults];
  const pauses = [...plan.pauses];
  let steps = 0;
  return {
    async step() {
      if (steps > plan.diesAt) throw new Crash();
      await turn();
      pass(pauses.shift() ?? 0);
      if (steps++ === plan.diesAt) throw new Crash();
    },
    fault: () => faults.shift() ?? 'none',
  };
}

/** Without further faults, redelivered events must lead to the end. */
async function calmDown(system: PaymentsUnderTest, kinds: readonly EventKind[]): Promise<void> {
  const calm: Life = { step: async () => {}, fault: () => 'none' };
  system.pass(2 * leaseMs);
  for (const each of kinds) expect(await deliver(system, each, calm)).toBe(true);
}

function expectToAddUp(system: PaymentsUnderTest, name: string, token: string): void {
  const payment = system.payment();
  if (!payment) throw new Error('no payment was stored');
  expect({ call: payment.call, ripe: next(payment) }).toEqual({ call: undefined, ripe: undefined });

  const accounts = system.ledger.authorisations();
  expect(accounts.length).toBeLessThanOrEqual(1);
  const state = accounts[0]?.state;
  expect(booksFor(state, token)).toContain(eventsOf(system));
  expect(endsOf(name, token)).toContain(state);
}

/** After changes by hand, the published events add up, and none states more than what happened. */
function expectToHaveFollowed(
  system: PaymentsUnderTest,
  name: string,
  token: string,
  byHand: ReadonlySet<string>,
): void {
  const payment = system.payment();
  expect({ call: payment?.call, ripe: payment && next(payment) }).toEqual({ call: undefined, ripe: undefined });
  const books = eventsOf(system)
    .split(' ')
    .filter((each) => each !== 'failed' && each !== '');
  expect(['', 'declined', 'authorized', 'authorized voided', 'authorized captured'].concat(ends)).toContain(
    books.join(' '),
  );
  const onlyForward = !byHand.has('void') && !byHand.has('refund');
  if (onlyForward && token === 'tok_ok') expect(eventsOf(system)).not.toContain('failed');
  if (onlyForward && token === 'tok_ok' && name === 'delivered') expect(payment?.stage).toBe('settled');
  const state = system.ledger.authorisations()[0]?.state;
  if (payment?.cancelled) expect([undefined, 'voided', 'refunded']).toContain(state);
  if (payment?.cancelled && state) expect(['voided', 'refunded', 'barred']).toContain(payment.stage);
}

const ends = ['authorized captured refunded', 'authorized captured settled'];

/** The published types, without `payment.` and the version. */
function eventsOf(system: PaymentsUnderTest): string {
  return system.published.map((type) => type.split('.')[1]).join(' ');
}

/** The events that may be published for money in that state. */
function booksFor(state: string | undefined, token: string): string[] {
  if (!state) return token === 'tok_declined' ? ['', 'declined'] : [''];
  const capturedFirst = state === 'refunded' || state === 'settled' ? 'captured ' : '';
  const plain = `authorized ${capturedFirst}${state}`;
  return token === 'tok_capture_fails' && state === 'voided' ? [plain, 'authorized failed voided'] : [plain];
}

/** The possible states of the money once every event was consumed; undefined: nothing was authorised. */
function endsOf(name: string, token: string): (string | undefined)[] {
  if (token === 'tok_declined' || name === 'out of stock') return [undefined];
  if (name.includes('cancelled')) return token === 'tok_ok' ? [undefined, 'voided', 'refunded'] : [undefined, 'voided'];
  if (token === 'tok_capture_fails') return ['voided'];
  return name === 'delivered' ? ['settled'] : ['captured'];
}
