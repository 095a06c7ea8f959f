import { setTimeout as delay } from 'node:timers/promises';
import type { FaultyProxy } from '../rig/proxy.ts';
import type { Scenario } from '../scenario.ts';

type Harm = (proxy: FaultyProxy, random: () => number, length: 'short' | 'long') => Promise<string>;

/** A scenario with a proxy between these services and the broker. */
function throughProxy(services: readonly string[], scenario: Pick<Scenario, 'name' | 'what'>, harm: Harm): Scenario {
  return {
    ...scenario,
    wish: { through: { services, to: 'broker' } },
    async disturb({ proxy, random }, length) {
      try {
        return await harm(proxy, random, length);
      } finally {
        proxy.heal();
      }
    },
  };
}

const chatty = ['orders', 'inventory', 'payments', 'email'];

export const connectionsReset = throughProxy(
  chatty,
  { name: 'network-reset', what: 'connections to the broker are reset, at any moment and in the middle of a frame' },
  async (proxy, random, length) => {
    const times = length === 'short' ? 4 : 30;
    for (let each = 0; each < times; each += 1) {
      await delay(300 + random() * 700);
      if (each % 2 === 0) proxy.reset();
      else proxy.cutAfter(1 + Math.floor(random() * 3_000));
    }
    await delay(1_000);
    return `${times} connections reset or cut at some byte`;
  },
);

export const networkSilent = throughProxy(
  ['payments'],
  { name: 'network-silent', what: 'nothing gets through between payments and the broker any more, and nobody is told' },
  async (proxy, _random, length) => {
    const seconds = length === 'short' ? 8 : 45;
    await delay(2_000);
    proxy.halfOpen();
    await delay(seconds * 1_000);
    proxy.heal();
    await delay(2_000);
    return `half open for ${seconds} s`;
  },
);

export const networkSlow = throughProxy(
  ['orders', 'email'],
  { name: 'network-slow', what: 'everything between orders, email and the broker takes long' },
  async (proxy, _random, length) => {
    const seconds = length === 'short' ? 6 : 20;
    await delay(1_000);
    proxy.slow(400);
    await delay(seconds * 1_000);
    return `400 ms each way for ${seconds} s`;
  },
);
