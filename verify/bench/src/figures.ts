/** One run of one arm: how many a second, and the processor seconds of this process per 10,000. */
export interface Sample {
  readonly perSecond: number;
  readonly cpuPer10k: number;
}

export async function sample(count: number, work: () => Promise<unknown>): Promise<Sample> {
  const done = stopwatch();
  await work();
  return done(count);
}

/** Started now; the sample is of so many since. */
export function stopwatch(): (count: number) => Sample {
  const cpu = process.cpuUsage();
  const began = performance.now();
  return (count) => {
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    return { perSecond: count / seconds, cpuPer10k: ((user + system) / 1e6 / count) * 10_000 };
  };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Ratios of rounds that ran side by side: median, least, greatest. */
export function ratioOf(ours: readonly number[], others: readonly number[]): string {
  const ratios = ours.map((value, round) => value / (others[round] ?? Number.NaN));
  return `${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)})`;
}

export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en')} /s`;
}
