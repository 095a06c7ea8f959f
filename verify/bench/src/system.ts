import { setTimeout as delay } from 'node:timers/promises';
import { createCustomer, type DemoCustomer } from '@order-events/demo';
import { io, type Socket } from 'socket.io-client';
import { usageOf } from './process-usage.ts';
import { type RunningSystem, startRunningSystem } from './running-system.ts';

type Figure = readonly [name: string, figure: string];

interface Measuring {
  readonly orders: number;
  readonly say: (line: string) => void;
}

const warmUp = 20;
const settleMs = 10_000;
const idleMs = 20_000;
const confirmed = 1;

/** Starts the system as a process of its own and prints its figures. */
export async function measureSystem({ orders, say }: Measuring): Promise<void> {
  const began = performance.now();
  say('starting the system');
  const system = await startRunningSystem();
  try {
    const shopper = await createShopper(system);
    await shopper.order();
    const firstSeconds = (performance.now() - began) / 1000;
    await createCustomer(system.gateway, system.tokens.admin).call('PUT', '/api/v1/products/pen', {
      restock: orders + warmUp,
    });
    say(`idle for ${(settleMs + idleMs) / 1000} s`);
    const idle = await measureIdle(system.pid);
    const latencies = await measureOrders(shopper, orders, say);
    shopper.close();
    const figures: Figure[] = [
      ['start to first confirmed order', `${firstSeconds.toFixed(1)} s`],
      ...idle,
      [`POST to Confirmed, one at a time, ${orders} orders`, spreadOf(latencies)],
      ['memory after that', await memoryOf(system.pid)],
    ];
    for (const [name, figure] of figures) console.log(`  ${name.padEnd(46)} ${figure}`);
  } finally {
    await system.stop();
  }
}

interface Shopper {
  /** Places an order; resolves with the milliseconds until its owner hears that it is confirmed. */
  order(): Promise<number>;
  close(): void;
}

async function createShopper({ gateway, tokens }: RunningSystem): Promise<Shopper> {
  const customer: DemoCustomer = createCustomer(gateway, tokens.customer);
  const socket: Socket = io(gateway, { auth: { token: tokens.customer }, transports: ['websocket'] });
  await new Promise((resolve) => socket.once('ready', resolve));
  const confirmedAt = new Map<string, number>();
  let wake = () => {};
  socket.on('order:status_changed', ({ order, newStatus }: { order: { id: string }; newStatus: number }) => {
    if (newStatus === confirmed) confirmedAt.set(order.id, performance.now());
    wake();
  });
  return {
    async order() {
      const sent = performance.now();
      const { id } = await customer.place([{ productId: 'pen', quantity: 1 }], 'tok_ok');
      while (!confirmedAt.has(id)) await new Promise<void>((resolve) => (wake = resolve));
      return (confirmedAt.get(id) ?? Number.NaN) - sent;
    },
    close: () => void socket.close(),
  };
}

async function measureIdle(pid: number): Promise<Figure[]> {
  await delay(settleMs);
  const before = await usageOf(pid);
  await delay(idleMs);
  const after = await usageOf(pid);
  if (!before || !after) return [['idle', 'not measured: needs Linux']];
  const share = ((after.cpuSeconds - before.cpuSeconds) / (idleMs / 1000)) * 100;
  return [
    ['memory while idle', `${after.memoryMiB.toFixed(0)} MiB`],
    ['processor while idle', `${share.toFixed(1)} % of a core`],
  ];
}

async function measureOrders(shopper: Shopper, orders: number, say: Measuring['say']): Promise<number[]> {
  for (let placed = 0; placed < warmUp; placed++) await shopper.order();
  const latencies: number[] = [];
  for (let placed = 1; placed <= orders; placed++) {
    latencies.push(await shopper.order());
    if (placed % 50 === 0) say(`${placed} of ${orders} orders`);
  }
  return latencies.sort((a, b) => a - b);
}

function spreadOf(sorted: readonly number[]): string {
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN).toFixed(1);
  return `p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, min ${at(0)} ms, max ${at(1)} ms`;
}

async function memoryOf(pid: number): Promise<string> {
  const usage = await usageOf(pid);
  return usage ? `${usage.memoryMiB.toFixed(0)} MiB` : 'not measured: needs Linux';
}
