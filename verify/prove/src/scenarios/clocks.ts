import { setTimeout as delay } from 'node:timers/promises';
import { pick } from '../random.ts';
import type { Scenario } from '../scenario.ts';

const HOUR_MS = 60 * 60_000;

/** The clock of a machine is set while everything runs, as when it is corrected: of one service, and of all at once. */
export const clockSteps: Scenario = {
  name: 'clock-steps',
  what: 'clocks jump by an hour, ahead and back, those of single services and those of all at once',
  async disturb({ system, random, say }, length) {
    const steps = length === 'short' ? 4 : 16;
    for (let step = 0; step < steps; step += 1) {
      await delay(1_000);
      const all = step % 4 === 3;
      const jumping = all ? system.processes : [pick(random, system.processes)];
      const ahead = step % 2 === 0;
      for (const each of jumping) each.setClock(ahead ? HOUR_MS : -HOUR_MS);
      await delay(2_500);
      for (const each of jumping) each.setClock(0);
      say(`${all ? 'every clock' : `the clock of ${jumping[0]?.name}`} was an hour ${ahead ? 'ahead' : 'behind'}`);
    }
    return `${steps} times an hour ahead or back, and right again`;
  },
};
