import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parseKeys } from '@order-events/contracts';
import { newSecrets } from '@order-events/demo';
import type { Arm } from './arms/arm.ts';
import { createByHand, styles } from './arms/by-hand.ts';
import { createOurs } from './arms/ours.ts';
import { rate } from './figures.ts';
import { makePayloads } from './payloads.ts';

interface Measuring {
  readonly url: string;
  readonly messages: number;
  readonly say: (line: string) => void;
}

const chunk = 5_000;
const parts = 10;

/** A long queue drained by each arm: its rate at the beginning and at the end, and whether memory stays where it was. */
export async function measureBacklog({ url, messages, say }: Measuring): Promise<void> {
  const keysText = newSecrets().EVENT_SIGNING_KEYS;
  const keys = parseKeys(keysText);
  const ours = await createOurs(url, keysText);
  const byHand = await Promise.all(styles.map((style) => createByHand(url, style)));
  const arms = [ours, ...byHand];
  console.log(`\na backlog of ${messages.toLocaleString('en')} drained`);
  try {
    for (const arm of arms) {
      say(`filling the queue for ${arm.name}`);
      for (let left = messages; left > 0; left -= chunk) {
        await ours.publish(makePayloads(Math.min(chunk, left), keys), 1_000);
      }
      const { perSecond, first, last, resident, held } = await drain(arm, messages);
      const [begin = Number.NaN, end = Number.NaN] = held;
      const cells = [
        rate(perSecond).padStart(12),
        `last tenth to first ${(last / first).toFixed(2)}`,
        `resident ${Math.min(...resident).toFixed(0)}–${Math.max(...resident).toFixed(0)} MiB`,
        `held after a tenth ${begin.toFixed(1)}, after nine ${end.toFixed(1)} MiB (${(end / begin).toFixed(2)})`,
      ];
      console.log(`  ${arm.name.padEnd(24)} ${cells.join('   ')}`);
    }
  } finally {
    await Promise.all(arms.map((arm) => arm.close()));
  }
}

async function drain(arm: Arm, messages: number) {
  const part = Math.floor(messages / parts);
  const times: number[] = [performance.now()];
  const resident: number[] = [];
  const held: number[] = [];
  const all = Promise.withResolvers<void>();
  let taken = 0;
  const stop = await arm.consume(() => {
    taken += 1;
    if (taken % part === 0) {
      times.push(performance.now());
      resident.push(process.memoryUsage().rss / 2 ** 20);
    }
    // Not within the first or the last tenth, of which the rates are compared.
    if (taken === part + 1 || taken === part * (parts - 1)) held.push(heldMiB());
    if (taken === messages) all.resolve();
  });
  times[0] = performance.now();
  await all.promise;
  await stop();
  const took = (from: number, to: number) => ((times[to] ?? Number.NaN) - (times[from] ?? Number.NaN)) / 1_000;
  return {
    perSecond: messages / took(0, parts),
    first: part / took(0, 1),
    last: part / took(parts - 1, parts),
    resident,
    held,
  };
}

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** What the program really holds: what is resident also counts what it once needed. */
function heldMiB(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
}
