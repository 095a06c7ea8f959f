import { setTimeout as delay } from 'node:timers/promises';
import { serviceEntries } from '@order-events/contracts/services';
import { inLanes } from '../lanes.ts';
import type { Point } from '../points.ts';
import { pick, shuffled } from '../random.ts';
import type { ProcessSystem } from '../rig/system.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

/** Nobody harms anything: what goes wrong here isn't the harm's doing. Its journal lists the steps there are. */
export const calm: Scenario = {
  name: 'calm',
  what: 'nothing goes wrong',
  async disturb(_world, length) {
    await delay(length === 'short' ? 5_000 : 15_000);
    return 'nothing was disturbed';
  },
};

const EVENTUALLY_MS = 30_000;
const AT_ONCE = 4;

/** Every step of every service, from what a calm run passed; each service at the first pass or a later one, as the seed has it. */
export function killedAt(name: string, points: readonly Point[], what: string): Scenario {
  return {
    name,
    what,
    async disturb(world) {
      const [hit, missed]: [string[], string[]] = [[], []];
      const services = Map.groupBy(shuffled(world.random, points), ({ service }) => service);
      const work = [...services].map(
        ([service, steps]) =>
          () =>
            killOneByOne(world, service, steps, hit, missed),
      );
      await inLanes([...Array(AT_ONCE).keys()], work);
      return `${hit.length} kills at ${points.length} steps${missed.length > 0 ? `; not passed in time: ${missed.join(', ')}` : ''}`;
    },
  };
}

async function killOneByOne(
  world: World,
  service: string,
  points: readonly Point[],
  hit: string[],
  missed: string[],
): Promise<void> {
  const target = world.system.process(service);
  for (const { step } of points) {
    const pass = pick(world.random, [1, 1, 2, 5]);
    await target.ready();
    const crashed = await target.crashAt(step, pass, EVENTUALLY_MS);
    world.say(`${service} killed at ${step}, pass ${pass}${crashed ? '' : ': not passed in time'}`);
    (crashed ? hit : missed).push(`${service} ${step}:${pass}`);
  }
  await target.ready();
}

const sandboxes = serviceEntries.filter(({ sandbox }) => sandbox).map(({ name }): string => name);

/** The provider isn't ours: whoever asks one that dies again and again gives up at last, as promised. It is harmed in scenarios of its own. */
export const ours = ({ processes }: ProcessSystem) => processes.filter(({ name }) => !sandboxes.includes(name));

/** Any service at any moment, the gateway among them. */
export const killedAnywhere: Scenario = {
  name: 'killed-anywhere',
  what: 'services are killed at random moments',
  async disturb({ system, random }, length) {
    const times = length === 'short' ? 8 : 80;
    for (let kill = 0; kill < times; kill += 1) {
      await delay(100 + random() * 900);
      pick(random, ours(system)).kill();
    }
    await system.ready();
    return `${times} kills at random moments`;
  },
};

const paired = ['orders', 'inventory', 'payments', 'notifications'];

export const oneOfTwoKilled: Scenario = {
  name: 'one-of-two-killed',
  what: 'services run twice, on one store and one queue, and one of the two is killed',
  wish: { twice: paired },
  async disturb({ system, random }, length) {
    const times = length === 'short' ? 4 : 24;
    await delay(2_000);
    for (let kill = 0; kill < times; kill += 1) {
      const service = pick(random, paired);
      system.process(pick(random, [service, `${service}-2`])).kill();
      await delay(1_000 + random() * 1_500);
    }
    await system.ready();
    return `${times} times one of two was killed`;
  },
};
