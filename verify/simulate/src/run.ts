import { changeProduct } from '@order-events/inventory';
import { catalogue, fine, randomOf, type Verdict } from '@order-events/prove/check';
import { Broker } from './broker/broker.ts';
import { check, readCounts, readEvidence, stillUnderWay, watchOrder, watchStock } from './check.ts';
import { createCustomers } from './customers.ts';
import { none, someDangers } from './dangers.ts';
import { doHarm } from './harm.ts';
import { enter } from './intercept.ts';
import { queues, services } from './services.ts';
import { System } from './system.ts';
import { World } from './world.ts';

export interface Outcome {
  readonly seed: number;
  readonly hash: string;
  readonly steps: number;
  readonly simulatedMs: number;
  readonly accepted: number;
  readonly shipped: number;
  readonly handled: number;
  readonly verdict: Verdict;
  /** Line by line, when asked for. */
  readonly trace: readonly string[];
}

const CALM_MS = 3_000;
const MINUTE_MS = 60_000;
const OUTAGE_MINUTES = 16;
const DAY_MINUTES = 24 * 60;
const REST_MS = 60 * 60_000;
const LOOK_MS = 30_000;

/** One life of the system under this seed: it starts, people order while things go wrong, it comes to rest and is checked. */
export async function run(seed: number, keepsTrace = false): Promise<Outcome> {
  const random = randomOf(seed);
  const world = new World(random, { ...someDangers(random, false), ...none }, keepsTrace);
  enter(world);
  try {
    return await live(world, seed);
  } catch (error) {
    return brokenOff(world, seed, error);
  } finally {
    enter(undefined);
  }
}

async function live(world: World, seed: number): Promise<Outcome> {
  const { timeline, random } = world;
  const began = timeline.now;
  const rush = world.chance(0.4);
  const dangers = someDangers(random, rush);
  const names = queues.flatMap((name) => [name, `${name}.dlq`]);
  world.broker = new Broker(world, new Set([...names, 'order_events.unrouted']));
  world.broker.onPublished = watchOrder(world);
  // Now and then nothing is wrong but one outage, longer than an order may wait.
  const outage = world.chance(0.04);
  const confirmWithinMinutes = outage ? OUTAGE_MINUTES / 2 : DAY_MINUTES;
  const system = new System(world, (name, document) => watchStock(world, name, document), confirmWithinMinutes);
  for (const service of services) system.keepRunning(service, random() < 0.5 ? 2 : 1);
  await timeline.until(() => system.running.size === system.processes.length, began + 30_000);
  const stocked = stock(world, system);
  await timeline.until(() => stocked.size === catalogue.length, timeline.now + 60_000);
  await timeline.until(() => false, timeline.now + CALM_MS);

  if (!outage) Object.assign(world.dangers, dangers);
  const untilMs = world.between(1_000, 40_000);
  const orders = () => system.any('orders');
  const customers = createCustomers({ world, orders, rush, untilMs });
  if (outage) timeline.at(world.between(0, untilMs), () => world.broker.restart(OUTAGE_MINUTES * MINUTE_MS));
  else doHarm(world, system, untilMs);
  await timeline.until(() => false, timeline.now + untilMs);

  Object.assign(world.dangers, none);
  const left = await comeToRest(world, () => customers.waiting());
  const evidence = await readEvidence(world, true);
  const counts = await readCounts(world);
  const verdict = check({ world, evidence, accepted: customers.accepted, ledger: system.ledger, counts });
  return {
    seed,
    hash: world.trace.hash,
    steps: timeline.steps,
    simulatedMs: timeline.now - began,
    accepted: customers.accepted.length,
    shipped: customers.accepted.filter(({ shipped }) => shipped).length,
    handled: [...world.handled.values()].reduce((sum, times) => sum + times, 0),
    verdict: { ...verdict, lost: [...left.map((each) => `at rest: ${each}`), ...verdict.lost] },
    trace: world.trace.lines,
  };
}

function brokenOff(world: World, seed: number, error: unknown): Outcome {
  const wrong = [`broken off: ${(error as Error).message}`, ...world.findings];
  const { trace, timeline } = world;
  const told = { hash: trace.hash, steps: timeline.steps, trace: trace.lines };
  return { seed, ...told, simulatedMs: 0, accepted: 0, shipped: 0, handled: 0, verdict: { ...fine, wrong } };
}

function stock(world: World, system: System): ReadonlySet<string> {
  const stocked = new Set<string>();
  for (const { id, name, price, restock } of catalogue) {
    const running = system.any('inventory');
    if (!running) throw new Error('inventory did not start');
    const product = { name, price, currency: 'EUR', lowStockAt: 3, restock };
    const cause = { correlationId: 'stock', triggeredBy: 'admin' } as const;
    world.timeline.within(running.process, 0, () => {
      const change = running.doors.inventory?.products.change(id, (at) => changeProduct(id, at, product), cause);
      void change?.then(() => stocked.add(id));
    });
  }
  return stocked;
}

/** Lets everything end that can. What is left is what never will. */
async function comeToRest(world: World, waiting: () => number): Promise<string[]> {
  const { timeline } = world;
  const latest = timeline.now + REST_MS;
  for (;;) {
    await timeline.until(() => false, timeline.now + LOOK_MS);
    const requests = waiting() > 0 ? [`${waiting()} requests were not answered`] : [];
    const left = [...requests, ...stillUnderWay(world, await readEvidence(world, false))];
    if (left.length === 0 || timeline.now >= latest) return left;
  }
}
