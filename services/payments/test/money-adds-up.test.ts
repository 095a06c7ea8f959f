import { expect, test } from '@jest/globals';
import { kindOf } from '@order-events/runtime';
import fc from 'fast-check';
import { CallInFlightError } from '../src/errors.ts';
import { next } from '../src/payment.ts';
import { anEvent, type Heard } from './events.ts';
import { Crash, createWorld, type Fault, type Life, leaseMs } from './world.ts';

/** What happens to the order; every event is delivered at least once, whenever and however often. */
const stories: Record<string, readonly Heard[]> = {
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
  /** Milliseconds that pass at each step: some are long enough to be taken for dead and to come back. */
  pauses: fc.array(fc.constantFrom(0, 1, leaseMs + 1), { maxLength: 12 }),
});

const tales = fc.constantFrom(...Object.keys(stories)).chain((name) =>
  fc.record({
    name: fc.constant(name),
    token: fc.constantFrom('tok_ok', 'tok_declined', 'tok_capture_fails'),
    deliveries: fc.array(fc.record({ heard: fc.constantFrom(...(stories[name] ?? [])), life: lives }), {
      maxLength: 14,
    }),
    /** What somebody does in the provider's dashboard meanwhile, each after so many steps of anybody. */
    dashboard: fc.array(
      fc.record({ after: fc.nat(20), operation: fc.constantFrom('capture', 'void', 'refund', 'settle') }),
      { maxLength: 2 },
    ),
    last: fc.shuffledSubarray([...(stories[name] ?? [])], { minLength: stories[name]?.length ?? 0 }),
  }),
);

const runs = Number(process.env.FAST_CHECK_RUNS ?? 1500);

test('money adds up, whatever is repeated, overtaken, lost, stalled or killed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), tales, async (scheduler, { name, token, deliveries, dashboard, last }) => {
      const world = createWorld({ token });
      for (const { after, operation } of dashboard) world.byHand(after, operation);
      const turn = () => scheduler.schedule(Promise.resolve());
      await scheduler.waitFor(
        Promise.all(deliveries.map(({ heard, life }) => deliver(world, heard, lived(life, turn, world.pass)))),
      );
      await calmDown(world, last);
      world.deliverAll();
      if (dashboard.length > 0)
        expectToHaveFollowed(world, name, token, new Set(dashboard.map(({ operation }) => operation)));
      else expectToAddUp(world, name, token);
    }),
    { numRuns: runs },
  );
}, 120_000);

type World = ReturnType<typeof createWorld>;

async function deliver(world: World, heard: Heard, life: Life): Promise<boolean> {
  const message = anEvent(heard);
  const handler = world.handlers(life).find(({ type }) => type === message.type);
  if (!handler) throw new Error(`nobody hears ${message.type}`);
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
  pass: World['pass'],
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

/** Nothing fails any more: what is redelivered must come to rest. */
async function calmDown(world: World, heard: readonly Heard[]): Promise<void> {
  const calm: Life = { step: async () => {}, fault: () => 'none' };
  world.pass(2 * leaseMs);
  for (const each of heard) expect(await deliver(world, each, calm)).toBe(true);
}

function expectToAddUp(world: World, name: string, token: string): void {
  const payment = world.payment();
  if (!payment) throw new Error('no payment was stored');
  expect({ call: payment.call, ripe: next(payment) }).toEqual({ call: undefined, ripe: undefined });

  const accounts = world.ledger.authorisations();
  expect(accounts.length).toBeLessThanOrEqual(1);
  const state = accounts[0]?.state;
  expect(booksFor(state, token)).toContain(said(world));
  expect(endsOf(name, token)).toContain(state);
}

/** Whatever was done by hand: what is said adds up, and says no more than what happened. */
function expectToHaveFollowed(world: World, name: string, token: string, byHand: ReadonlySet<string>): void {
  const payment = world.payment();
  expect({ call: payment?.call, ripe: payment && next(payment) }).toEqual({ call: undefined, ripe: undefined });
  const books = said(world)
    .split(' ')
    .filter((each) => each !== 'failed' && each !== '');
  expect(['', 'declined', 'authorized', 'authorized voided', 'authorized captured'].concat(ends)).toContain(
    books.join(' '),
  );
  const onlyForward = !byHand.has('void') && !byHand.has('refund');
  if (onlyForward && token === 'tok_ok') expect(said(world)).not.toContain('failed');
  if (onlyForward && token === 'tok_ok' && name === 'delivered') expect(payment?.stage).toBe('settled');
  const state = world.ledger.authorisations()[0]?.state;
  if (payment?.cancelled) expect([undefined, 'voided', 'refunded']).toContain(state);
  if (payment?.cancelled && state) expect(['voided', 'refunded', 'barred']).toContain(payment.stage);
}

const ends = ['authorized captured refunded', 'authorized captured settled'];

/** Everything that was said, `payment.` and version left out. */
function said(world: World): string {
  return world.said.map((type) => type.split('.')[1]).join(' ');
}

/** What may have been said of money in that state. */
function booksFor(state: string | undefined, token: string): string[] {
  if (!state) return token === 'tok_declined' ? ['', 'declined'] : [''];
  const capturedFirst = state === 'refunded' || state === 'settled' ? 'captured ' : '';
  const plain = `authorized ${capturedFirst}${state}`;
  return token === 'tok_capture_fails' && state === 'voided' ? [plain, 'authorized failed voided'] : [plain];
}

/** Where money may be once every event of the story was heard; undefined: none was ever authorised. */
function endsOf(name: string, token: string): (string | undefined)[] {
  if (token === 'tok_declined' || name === 'out of stock') return [undefined];
  if (name.includes('cancelled')) return token === 'tok_ok' ? [undefined, 'voided', 'refunded'] : [undefined, 'voided'];
  if (token === 'tok_capture_fails') return ['voided'];
  return name === 'delivered' ? ['settled'] : ['captured'];
}
