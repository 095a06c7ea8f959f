import { parseKeys } from '@order-events/contracts';
import { newSecrets } from '@order-events/tools/start/secrets.ts';
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
      const { perSecond, first, last, memory } = await drain(arm, messages);
      const spread = `${Math.min(...memory).toFixed(0)}–${Math.max(...memory).toFixed(0)} MiB, end to begin ${((memory.at(-1) ?? Number.NaN) / (memory[0] ?? Number.NaN)).toFixed(2)}`;
      console.log(
        `  ${arm.name.padEnd(24)} ${rate(perSecond).padStart(12)}   last tenth to first ${(last / first).toFixed(2)}   memory ${spread}`,
      );
    }
  } finally {
    await Promise.all(arms.map((arm) => arm.close()));
  }
}

async function drain(arm: Arm, messages: number) {
  const part = Math.floor(messages / parts);
  const times: number[] = [performance.now()];
  const memory: number[] = [];
  const all = Promise.withResolvers<void>();
  let taken = 0;
  const stop = await arm.consume(() => {
    taken += 1;
    if (taken % part === 0) {
      times.push(performance.now());
      memory.push(process.memoryUsage().rss / 2 ** 20);
    }
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
    memory,
  };
}
