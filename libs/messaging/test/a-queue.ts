import { consumerOf } from '@order-events/contracts';
import { type Breaker, createBreaker, createMetrics } from '@order-events/runtime';
import type { ConsumeMessage } from 'amqplib';
import type { Lease } from '../src/lease.ts';
import { processMessage } from '../src/process-message.ts';
import type { OutgoingMessage } from '../src/publisher/outgoing.ts';
import type { Schedule } from '../src/topology.ts';
import { aLog } from './a-bus.ts';
import { aMessage } from './a-message.ts';

const PREFETCH = 20;

/** On the fake clock. */
export const wait = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => resolve());
  });
const timeout = (ms: number) => {
  const over = new AbortController();
  setTimeout(() => over.abort(), ms);
  return over.signal;
};

type Call = (id: string, type: string) => Promise<void>;

interface Chosen {
  readonly schedule?: Schedule;
  /** Whether the handler calls through a breaker (the default), or throws what it likes. */
  readonly measured?: boolean;
}

/** A queue with its tiers and a consumer on it, as the broker would serve them; only time and wire are not real. */
export function aQueue(call: Call, { schedule = consumerOf('inventory'), measured = true }: Chosen = {}) {
  const silent = aLog();
  const log = { ...silent, child: () => log };
  const metrics = createMetrics('test');
  const breaker: Breaker<[string, string], void> = createBreaker({
    name: 'warehouse',
    call,
    timeoutMs: 1_000,
    metrics,
    log,
  });
  const waiting: ConsumeMessage[] = [];
  const attempts = new Map<string, number>();
  const counts = { handled: 0, dead: 0, returned: 0, asides: 0, inFlight: 0, most: 0 };
  const letters = new Map<string, { error: { name: string; message: string } }>();
  const doneAt = new Map<string, number>();
  let [width, paused, pausedMs] = [1, false, 0];
  let process = start();

  function start() {
    return processMessage({
      queue: 'inventory',
      service: 'inventory',
      schedule,
      handle: async ({ message, delivery }) => {
        const { messageId: id } = message.properties;
        attempts.set(id, Math.max(attempts.get(id) ?? 0, delivery.attempt));
        await (measured ? breaker.fire(id, delivery.routingKey) : call(id, delivery.routingKey));
        doneAt.set(id, Date.now());
      },
      copies: { send: async (copy) => void take(copy) },
      log,
      clock: () => new Date(),
      random: () => 0.5,
      counts: { processed: () => undefined },
      wait,
      timeout,
    });
  }

  function take({ routingKey, content, properties }: OutgoingMessage): void {
    const [, delayMs] = /\.retry\.(\d+)$/.exec(routingKey) ?? [];
    if (!delayMs) {
      counts.dead++;
      return void letters.set(String(properties.messageId), JSON.parse(properties.headers?.failure));
    }
    const back = aMessage(properties as object, String(content), { exchange: '', routingKey: 'inventory' });
    setTimeout(() => add(back), Number(delayMs));
  }

  function add(...messages: ConsumeMessage[]): void {
    waiting.push(...messages);
    pump();
  }

  function pump(): void {
    while (!paused && counts.inFlight < width && waiting.length > 0) void serve(waiting.shift() as ConsumeMessage);
  }

  async function serve(message: ConsumeMessage): Promise<void> {
    counts.most = Math.max(counts.most, ++counts.inFlight);
    const lease: Lease = {
      ended: new AbortController().signal,
      closing: new AbortController().signal,
      ack: () => undefined,
      giveBack: () => void counts.returned++,
      pause: pauseOnce,
    };
    const how = await process(message, lease);
    counts.inFlight--;
    if (how === 'done') {
      counts.handled++;
      if (!paused) width = PREFETCH;
    }
    if (how === 'pause') counts.asides++;
    pump();
  }

  function pauseOnce(): (() => void) | undefined {
    if (paused) return undefined;
    [paused, width] = [true, 1];
    const since = Date.now();
    return () => {
      paused = false;
      pausedMs += Date.now() - since;
    };
  }

  let said = 0;
  const say = (count: number, type = 'order.created.v1') => {
    for (let at = 0; at < count; at++) add(aMessage({ messageId: `m${said++}` }, '{}', { routingKey: type }));
  };
  /** Another process on the same queue: it knows what the messages say of themselves. */
  const restart = () => {
    process = start();
  };
  const burnt = () => [...attempts.values()].reduce((sum, attempt) => sum + attempt - 1, 0);
  return { say, counts, burnt, attempts, breaker, letters, doneAt, restart, pausedMs: () => pausedMs };
}
