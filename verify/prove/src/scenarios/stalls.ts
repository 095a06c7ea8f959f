import { setTimeout as delay } from 'node:timers/promises';
import { pick } from '../random.ts';
import type { Scenario } from '../scenario.ts';
import { scarce } from '../shoppers.ts';
import type { World } from '../world.ts';

const twice = ['orders', 'inventory', 'payments', 'email', 'notifications'];

const places: readonly (readonly [service: string, step: string])[] = [
  ['orders', 'relay.publishing'],
  ['orders', 'message.received'],
  ['inventory', 'line.held'],
  ['inventory', 'posting.read'],
  ['inventory', 'message.handled'],
  ['payments', 'call.recorded'],
  ['payments', 'provider.answered'],
  ['email', 'mail.recorded'],
  ['email', 'mail.sent'],
  ['notifications', 'feed.kept'],
  ['notifications', 'message.received'],
];

/** Longer than any claim on work lasts: the other instance takes over, and then the first one goes on as if nothing had been. */
export const stalled: Scenario = {
  name: 'stalled',
  what: 'services run twice, and one of the two stops in the middle of its work, while the other one takes it over, and then goes on',
  wish: { twice },
  async disturb({ system, random, say }, length) {
    const chosen = length === 'short' ? places.filter((_, place) => place % 3 === 0) : places;
    const stalls = chosen.map(async ([service, step]) => {
      const name = pick(random, [service, `${service}-2`]);
      const came = await system.process(name).stallAt(step, STALL_MS[length], 20_000);
      if (came) say(`${name} stops at ${step} for ${STALL_MS[length] / 1_000} s`);
      return came;
    });
    const count = (await Promise.all(stalls)).filter(Boolean).length;
    await delay(STALL_MS[length]);
    return `${count} processes stopped for ${STALL_MS[length] / 1_000} s`;
  },
};

// In the long one the others' sweep, every 30 s or so, comes in between.
const STALL_MS = { short: 12_000, long: 45_000 };

/** The order that was refused can be filled by then, and the other instance may try: what it holds must not be undone by the first. */
export const stalledUndoing: Scenario = {
  name: 'stalled-undoing',
  what: 'inventory runs twice; one of the two stops while it gives back what it held for an order that can’t be filled, and stock comes in',
  wish: { twice: ['inventory'] },
  disturb: (world, length) => inTurn(world, length, refuseAndStall),
};

async function refuseAndStall(world: World, ms: number): Promise<boolean> {
  const { shoppers, restock, stocked } = world;
  // One more than there can be; then so many come in that there are enough.
  const tooMany = 1 + (stocked.get(scarce) ?? 0);
  const refused = () =>
    shoppers.order([
      { productId: 'ink', quantity: 1 },
      { productId: scarce, quantity: tooMany },
    ]);
  const stalling = await stallOne(world, 'line.undone', ms, refused);
  const other = instances.find((each) => each !== stalling);
  if (stalling && other) await restock(scarce, tooMany, other);
  await delay(ms);
  return stalling !== undefined;
}

/** Only the marker that the undo leaves keeps the one that goes on from holding what nobody will give back. */
export const stalledBeforeWriting: Scenario = {
  name: 'stalled-before-writing',
  what: 'inventory runs twice; one of the two stops between its read of a product and its write, while the order is cancelled',
  wish: { twice: ['inventory'] },
  disturb: (world, length) => inTurn(world, length, stallAndCancel),
};

async function stallAndCancel(world: World, ms: number): Promise<boolean> {
  const { shoppers } = world;
  const cancelled = () => shoppers.orderAndCancel([{ productId: scarce, quantity: 1 }], 2_000);
  const stalling = await stallOne(world, 'posting.read', ms, cancelled);
  // The two are given messages by turns, and a cancel is two of them: with one order more, which goes no further for a while,
  // the second comes to the one that doesn't stall.
  await shoppers.order([{ productId: 'ink', quantity: 1 }], 'tok_slow');
  await delay(ms);
  return stalling !== undefined;
}

/** Once people are done, the same a few times; `stall` tells whether a process stopped. */
async function inTurn(
  world: World,
  length: keyof typeof STALL_MS,
  stall: (world: World, ms: number) => Promise<boolean>,
) {
  await delay(2_000);
  await world.shoppers.finish();
  const times = length === 'short' ? 2 : 3;
  let stalls = 0;
  for (let each = 0; each < times; each += 1) stalls += (await stall(world, STALL_MS[length])) ? 1 : 0;
  return `${stalls} times stopped in between`;
}

const instances = ['inventory', 'inventory-2'];

/** Does something that brings an instance to the step, where it stops for so long. The other one passes. Gives the first, if there is one. */
async function stallOne({ system }: World, step: string, ms: number, act: () => Promise<void>) {
  const stalls = instances.map(async (name) => {
    if (!(await system.process(name).stallAt(step, ms, 15_000))) throw new Error(`${name} did not pass ${step}`);
    return name;
  });
  await act();
  const stalling = await Promise.any(stalls).catch(() => undefined);
  for (const name of instances) if (name !== stalling) system.process(name).dontStall(step);
  return stalling;
}
