import { pick } from '@order-events/prove/check';
import type { BrokerQueue } from './broker/queue.ts';
import { services } from './services.ts';
import type { System } from './system.ts';
import type { World } from './world.ts';

type Harm = (world: World, system: System) => string;

const harms: readonly Harm[] = [
  function kill(world, system) {
    const process = pickProcess(world, system);
    process?.end();
    return `kills ${process?.name}`;
  },
  function terminate(world, system) {
    const running = system.any(pick(world.random, services));
    if (running) system.terminate(running);
    return `stops ${running?.process.name}`;
  },
  function freeze(world, system) {
    const process = pickProcess(world, system);
    const ms = world.chance(0.7) ? world.between(0, 10_000) : world.between(10_000, 180_000);
    process?.freeze(world.timeline.now + ms);
    // Missed heartbeats: the broker hands out again what it holds.
    if (ms > 20_000) world.timeline.at(20_000, () => cutAll(process));
    return `freezes ${process?.name} for ${Math.round(ms)} ms`;
  },
  function cut(world, system) {
    const process = pickProcess(world, system);
    for (const connection of [...(process?.connections ?? [])]) if (world.chance(0.7)) connection.cut();
    return `cuts connections of ${process?.name}`;
  },
  function restartBroker(world) {
    const ms = world.between(100, 10_000);
    world.broker.restart(ms);
    return `kills the broker for ${Math.round(ms)} ms`;
  },
  function blockBroker(world) {
    const ms = world.between(100, 45_000);
    world.broker.block(ms);
    return `the broker blocks publishers for ${Math.round(ms)} ms`;
  },
  function takeStoreDown(world, system) {
    const service = pick(world.random, services);
    const ms = world.between(100, 20_000);
    system.takeStoreDown(service, ms);
    return `takes the store of ${service} down for ${Math.round(ms)} ms`;
  },
  function loseDelayQueue(world) {
    const delayed = [...world.broker.queues.keys()].filter((name) => /^(orders|inventory|payments)\.retry/.test(name));
    if (delayed.length === 0) return 'finds no delay queue';
    const queue = pick(world.random, delayed);
    const ms = world.between(100, 20_000);
    world.broker.unbind(queue, ms);
    return `nothing gets to ${queue} for ${Math.round(ms)} ms`;
  },
  function repeat(world) {
    const queue = pickQueue(world);
    const [held] = queue?.out ?? queue?.ready ?? [];
    if (queue && held) queue.add({ message: held.message, returns: 0 });
    return `repeats a message of ${queue?.name}`;
  },
];

/** Things that go wrong in this run, of a few kinds, at times the dice say. */
export function doHarm(world: World, system: System, untilMs: number): void {
  const { random, timeline } = world;
  const kinds = harms.filter(() => random() < 0.4);
  if (kinds.length === 0) return;
  const count = Math.floor(random() * 8);
  for (let number = 0; number < count; number++) {
    timeline.at(world.between(0, untilMs), () => world.tell('harm', pick(random, kinds)(world, system)));
  }
}

function pickProcess({ random }: World, { processes }: System) {
  return processes[Math.floor(random() * processes.length)];
}

function pickQueue({ random, broker }: World): BrokerQueue | undefined {
  const queues = services.flatMap((name) => broker.queues.get(name) ?? []).filter(({ size }) => size > 0);
  return queues[Math.floor(random() * queues.length)];
}

function cutAll(process: ReturnType<typeof pickProcess>): void {
  for (const connection of [...(process?.connections ?? [])]) connection.cut();
}
