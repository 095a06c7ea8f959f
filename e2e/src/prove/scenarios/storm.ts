import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';
import { ours } from './kills.ts';

/** The long form goes on with these until enough was killed. */
export const storm: Scenario = {
  name: 'storm',
  what: 'every service is killed a little after it has come back, again and again, while RabbitMQ is killed again and again, too',
  async disturb(world, length) {
    const times = length === 'short' ? 2 : 14;
    const over = new AbortController();
    const lanes = ours(world.system).map((each) => killAgainAndAgain(world, each.name, over.signal));
    try {
      for (let kill = 0; kill < times; kill += 1) {
        await delay(2_000 + world.random() * 3_000);
        await world.broker.kill();
        await delay(world.random() * 1_000);
        await world.broker.restart();
      }
    } finally {
      over.abort();
      await Promise.all(lanes);
    }
    await world.system.ready();
    const kills = world.system.processes.reduce((sum, each) => sum + each.kills, 0);
    return `${times} kills of the broker, ${kills} of services`;
  },
};

async function killAgainAndAgain({ system, random }: World, name: string, over: AbortSignal): Promise<void> {
  const target = system.process(name);
  while (!over.aborted) {
    await target.alive();
    await delay(500 + random() * 3_500, undefined, { signal: over }).catch(() => {});
    if (!over.aborted) target.kill();
  }
}
