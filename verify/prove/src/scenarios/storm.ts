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
    const end = () => over.abort();
    const services = ours(world.system).map(({ name }) => killAgainAndAgain(world, name, over.signal));
    await Promise.all([killBroker(world, times, over.signal).finally(end), Promise.all(services).finally(end)]);
    await world.system.ready();
    const kills = world.system.processes.reduce((sum, each) => sum + each.kills, 0);
    return `${times} kills of the broker, ${kills} of services`;
  },
};

/** Each time when every service was there with it for a moment: on a slow machine, too, each comes to do some of its work. */
async function killBroker({ broker, system, random }: World, times: number, over: AbortSignal): Promise<void> {
  for (let kill = 0; kill < times && !over.aborted; kill += 1) {
    await Promise.all(ours(system).map((each) => each.alive()));
    await delay(random() * 3_000);
    await broker.kill();
    await delay(random() * 1_000);
    await broker.restart();
  }
}

async function killAgainAndAgain({ system, random }: World, name: string, over: AbortSignal): Promise<void> {
  const target = system.process(name);
  while (!over.aborted) {
    await target.alive();
    await delay(500 + random() * 3_500, undefined, { signal: over }).catch(() => {});
    if (!over.aborted) target.kill();
  }
}
