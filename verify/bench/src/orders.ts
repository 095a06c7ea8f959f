import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { orderCancelled, parseKeys } from '@order-events/contracts';
import { newSecrets } from '@order-events/demo';
import type { OrderService } from './arms/order-service.ts';
import { createOrdersByHand, orderStyles } from './arms/order-service-by-hand.ts';
import { createOrdersOurs } from './arms/order-service-ours.ts';
import { median, rate, ratioOf, sample } from './figures.ts';
import { usageOf } from './process-usage.ts';

interface Measuring {
  readonly url: string;
  readonly rounds: number;
  readonly orders: number;
  /** Of the broker, where it runs here. */
  readonly brokerPid?: number | undefined;
  readonly say: (line: string) => void;
}

/** Whole orders: stored, said, and their effect stored by five services. One process for each arm's six, so that it can be compared. */
export async function measureOrderServices({ url, rounds, orders, brokerPid, say }: Measuring): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'order-events-bench-'));
  const create: (() => Promise<OrderService>)[] = [
    () => createOrdersOurs(url, folder, parseKeys(newSecrets().EVENT_SIGNING_KEYS)),
    ...orderStyles.map((style) => () => createOrdersByHand(url, folder, JSON.stringify(orderCancelled.example), style)),
  ];
  const runs = new Map<string, Run[]>();
  try {
    for (let round = 0; round < rounds; round++) {
      say(`whole orders: round ${round + 1} of ${rounds}, ${orders} orders`);
      for (const open of round % 2 === 0 ? create : create.toReversed()) {
        const service = await open();
        try {
          await service.take(Math.ceil(orders / 10));
          const run = await measure(service, orders, brokerPid);
          runs.set(service.name, [...(runs.get(service.name) ?? []), run]);
        } finally {
          await service.close();
        }
      }
    }
    print(runs);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Run {
  readonly perSecond: number;
  /** Processor seconds per 10,000 orders: of this process, and with the broker's. */
  readonly own: number;
  readonly all: number;
}

async function measure(service: OrderService, orders: number, brokerPid: number | undefined): Promise<Run> {
  const brokerCpu = async () => (brokerPid ? ((await usageOf(brokerPid))?.cpuSeconds ?? Number.NaN) : Number.NaN);
  const before = await brokerCpu();
  const { perSecond, cpuPer10k } = await sample(orders, () => service.take(orders));
  const broker = (((await brokerCpu()) - before) / orders) * 10_000;
  return { perSecond, own: cpuPer10k, all: cpuPer10k + broker };
}

function print(runs: ReadonlyMap<string, Run[]>): void {
  const byHand = runs.get('good practice by hand') ?? [];
  console.log('\nwhole orders, heard by five services, everything stored with fsync (ratios to good practice by hand)');
  for (const [name, own] of runs) {
    const of = (figure: keyof Run) => [own.map((run) => run[figure]), byHand.map((run) => run[figure])] as const;
    const cells = [
      rate(median(of('perSecond')[0])),
      ratioOf(...of('perSecond')),
      `${median(of('own')[0]).toFixed(1)} CPU-s/10k`,
      ratioOf(...of('own')),
      `with broker ${median(of('all')[0]).toFixed(1)}`,
      ratioOf(...of('all')),
    ];
    console.log(`  ${name.padEnd(24)} ${cells.map((cell) => cell.padStart(18)).join(' ')}`);
  }
}
