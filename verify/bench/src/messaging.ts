import { parseKeys } from '@order-events/contracts';
import { newSecrets } from '@order-events/demo';
import type { Arm, Payload } from './arms/arm.ts';
import { createByHand, styles } from './arms/by-hand.ts';
import { createOurs } from './arms/ours.ts';
import { median, quantile, rate, ratioOf, type Sample, sample, stopwatch } from './figures.ts';
import { makePayloads } from './payloads.ts';

interface Measuring {
  readonly url: string;
  readonly rounds: number;
  readonly messages: number;
  readonly say: (line: string) => void;
}

type Work = (arm: Arm, payloads: readonly Payload[]) => Promise<Sample>;

const latencySeconds = 4;
const latencyRate = 500;

/** Prints one table per kind of work: each arm's median rate, its processor time, and its ratio to raw amqplib. */
export async function measureMessaging({ url, rounds, messages, say }: Measuring): Promise<void> {
  const keysText = newSecrets().EVENT_SIGNING_KEYS;
  const keys = parseKeys(keysText);
  // Ours first: it declares what all use.
  const ours = await createOurs(url, keysText);
  const byHand = await Promise.all(styles.map((style) => createByHand(url, style)));
  const arms = [...byHand, ours];
  const payloads = makePayloads(messages, keys);
  say(
    `${messages} messages of ${payloads[0]?.body.length} bytes a run, ${rounds} rounds, quorum queue, persistent, confirmed`,
  );
  try {
    for (const window of [1, 100, 1_000]) {
      const few = window === 1 ? payloads.slice(0, Math.ceil(messages / 10)) : payloads;
      const work: Work = (arm, some) => sample(some.length, () => arm.publish(some, window));
      await compare(`publish, ${window} in flight`, arms, few, rounds, work, empty);
    }
    await compare('consume and acknowledge', arms, payloads, rounds, takeAll, async () =>
      ours.publish(payloads, 1_000),
    );
    await compareLatency(arms, makePayloads(latencyRate * latencySeconds, keys), rounds);
  } finally {
    await Promise.all(arms.map((arm) => arm.close()));
  }

  async function empty(): Promise<void> {
    const [raw] = byHand;
    if (raw) await drain(raw);
  }
}

async function compare(
  title: string,
  arms: readonly Arm[],
  payloads: readonly Payload[],
  rounds: number,
  work: Work,
  before: () => Promise<unknown>,
) {
  const samples = new Map<Arm, Sample[]>(arms.map((arm) => [arm, []]));
  // A round before the first one, which counts for nothing: code that was never run is slow.
  for (let round = -1; round < rounds; round++) {
    // There and back, so that a machine that gets slower is slower for all.
    for (const arm of round % 2 === 0 ? arms : [...arms].reverse()) {
      await before();
      const run = await work(arm, payloads);
      if (round >= 0) samples.get(arm)?.push(run);
    }
  }
  const [raw] = arms;
  const base = (raw && samples.get(raw)) ?? [];
  console.log(`\n${title}`);
  for (const [arm, runs] of samples) {
    const rates = runs.map((run) => run.perSecond);
    const cpu = median(runs.map((run) => run.cpuPer10k)).toFixed(2);
    console.log(
      row(
        arm.name,
        rate(median(rates)),
        `${cpu} CPU-s/10k`,
        ratioOf(
          rates,
          base.map((run) => run.perSecond),
        ),
      ),
    );
  }
}

async function compareLatency(arms: readonly Arm[], payloads: readonly Payload[], rounds: number): Promise<void> {
  const p50s = new Map<Arm, number[]>(arms.map((arm) => [arm, []]));
  const p99s = new Map<Arm, number[]>(arms.map((arm) => [arm, []]));
  for (let round = 0; round < rounds; round++) {
    for (const arm of round % 2 === 0 ? arms : [...arms].reverse()) {
      const latencies = await openLoop(arm, payloads);
      p50s.get(arm)?.push(quantile(latencies, 0.5));
      p99s.get(arm)?.push(quantile(latencies, 0.99));
    }
  }
  const [raw] = arms;
  console.log(`\nlatency at ${latencyRate}/s, from when it was due to its handler`);
  for (const [arm, p50] of p50s) {
    const figures = [`p50 ${median(p50).toFixed(2)} ms`, `p99 ${median(p99s.get(arm) ?? []).toFixed(1)} ms`];
    console.log(row(arm.name, ...figures, ratioOf(p50, (raw && p50s.get(raw)) ?? [])));
  }
}

/** Sends on schedule whatever comes back, and counts from the time each was due: a slow arm can't hide behind its own queue. */
async function openLoop(arm: Arm, payloads: readonly Payload[]): Promise<number[]> {
  const due = new Map<string, number>();
  const latencies: number[] = [];
  const all = Promise.withResolvers<void>();
  const stop = await arm.consume((id) => {
    const wanted = due.get(id);
    // Left over from a run before, or handed out twice.
    if (wanted === undefined) return;
    due.delete(id);
    latencies.push(performance.now() - wanted);
    if (latencies.length === payloads.length) all.resolve();
  });
  const began = performance.now();
  const sent: Promise<void>[] = [];
  while (sent.length < payloads.length) {
    const ripe = Math.min(payloads.length, Math.floor(((performance.now() - began) / 1000) * latencyRate));
    for (const payload of payloads.slice(sent.length, ripe)) {
      due.set(payload.id, began + (sent.length / latencyRate) * 1000);
      sent.push(arm.publish([payload], 1));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all([...sent, all.promise]);
  await stop();
  return latencies;
}

/** From the first message that was handled to the last: how long it takes to connect is not the question. */
async function takeAll(arm: Arm, payloads: readonly Payload[]): Promise<Sample> {
  const all = Promise.withResolvers<Sample>();
  let done: ReturnType<typeof stopwatch> | undefined;
  let taken = 0;
  const stop = await arm.consume(() => {
    done ??= stopwatch();
    if (++taken === payloads.length) all.resolve(done(taken));
  });
  const taking = await all.promise;
  await stop();
  return taking;
}

/** Empties the queue between runs. */
async function drain(arm: Arm): Promise<void> {
  let last = performance.now();
  const stop = await arm.consume(() => {
    last = performance.now();
  });
  while (performance.now() - last < 300) await new Promise((resolve) => setTimeout(resolve, 50));
  await stop();
}

function row(name: string, ...cells: readonly string[]): string {
  return `  ${name.padEnd(26)} ${cells.map((cell) => cell.padStart(20)).join(' ')}`;
}
