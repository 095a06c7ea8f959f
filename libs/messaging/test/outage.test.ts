import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { consumers } from '@order-events/contracts';
import { type Breaker, createBreaker, createMetrics, ServiceError } from '@order-events/runtime';
import type { ConsumeMessage } from 'amqplib';
import type { OutgoingMessage } from '../src/publisher.ts';
import { createSettle, type Lease } from '../src/settle.ts';
import type { Schedule } from '../src/topology.ts';
import { aLog } from './a-bus.ts';
import { aMessage } from './a-message.ts';

const HOUR_MS = 3_600_000;
const PREFETCH = 20;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** On the fake clock. */
const wait = (ms: number, signal?: AbortSignal) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => resolve());
  });
const timeout = (ms: number) => {
  const over = new AbortController();
  setTimeout(() => over.abort(), ms);
  return over.signal;
};

/** A queue with its tiers and a consumer on it, as the broker would serve them; only time and wire are not real. */
function aQueue(call: (id: string) => Promise<void>, schedule: Schedule = consumers.inventory) {
  const silent = aLog();
  const log = { ...silent, child: () => log };
  const metrics = createMetrics('test');
  const breaker: Breaker<[string], void> = createBreaker({ name: 'warehouse', call, timeoutMs: 1_000, metrics, log });
  const waiting: ConsumeMessage[] = [];
  const attempts = new Map<string, number>();
  const counts = { handled: 0, dead: 0, returned: 0, asides: 0, inFlight: 0, most: 0 };
  let [width, paused] = [1, false];

  const settle = createSettle({
    queue: 'inventory',
    service: 'inventory',
    schedule,
    receive: async ({ message, delivery }) => {
      const { messageId: id } = message.properties;
      attempts.set(id, Math.max(attempts.get(id) ?? 0, delivery.attempt));
      await breaker.fire(id);
    },
    hops: { send: async (copy) => void hop(copy), pending: 0, start() {}, stop: async () => {} },
    log,
    clock: () => new Date(),
    random: () => 0.5,
    counts: { settled: () => undefined },
    wait,
    timeout,
  });

  function hop({ routingKey, content, properties }: OutgoingMessage): void {
    const [, delayMs] = /\.retry\.(\d+)$/.exec(routingKey) ?? [];
    if (!delayMs) return void counts.dead++;
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
    const settled = await settle(message, lease);
    counts.inFlight--;
    if (settled === 'done') {
      counts.handled++;
      if (!paused) width = PREFETCH;
    }
    if (settled === 'pause') counts.asides++;
    pump();
  }

  function pauseOnce(): (() => void) | undefined {
    if (paused) return undefined;
    [paused, width] = [true, 1];
    return () => {
      paused = false;
    };
  }

  let said = 0;
  const say = (count: number) => {
    for (let at = 0; at < count; at++) add(aMessage({ messageId: `m${said++}` }));
  };
  const burnt = () => [...attempts.values()].reduce((sum, attempt) => sum + attempt - 1, 0);
  return { say, counts, burnt, attempts, breaker };
}

const refused = () => new ServiceError('unavailable', 'refused', 'connection refused');

describe('a dependency', () => {
  test('that is down for an hour costs the two attempts it took to notice, and no delivery count; then all is handled', async () => {
    let [down, calls] = [true, 0];
    const { say, counts, burnt, breaker } = aQueue(async () => {
      calls++;
      if (down) throw refused();
    });
    say(60);
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(counts).toMatchObject({ handled: 0, dead: 0, returned: 0, inFlight: 1, most: 1 });
    expect(calls).toBeLessThan(HOUR_MS / 5_000);
    down = false;
    await jest.advanceTimersByTimeAsync(60_000);
    expect(counts).toMatchObject({ handled: 60, dead: 0, returned: 0, inFlight: 0 });
    expect(burnt()).toBe(2);
    breaker.stop();
  });

  test('that is down for long is tried by another message every 20 minutes: the one before goes back as a copy, its attempt unchanged', async () => {
    const tried = new Set<string>();
    const { say, counts, attempts, breaker } = aQueue(async (id) => {
      tried.add(id);
      throw refused();
    });
    say(60);
    await jest.advanceTimersByTimeAsync(60_000);
    const [before, known] = [tried.size, new Map(attempts)];
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(tried.size - before).toBe(3);
    expect(counts).toMatchObject({ asides: 3, dead: 0, returned: 0, inFlight: 1 });
    for (const [id, attempt] of attempts) expect(attempt).toBe(known.get(id) ?? 1);
    breaker.stop();
  });

  // The most and the fewest attempts that a message has.
  describe.each(['inventory', 'email'] as const)('that flaps and is needed by %s', (queue) => {
    test.each([
      ['2 s down, 8 s up', 2_000, 10_000],
      ['7 s down, 3 s up', 7_000, 10_000],
      ['half a second down, half a second up', 500, 1_000],
      ['a minute down, a minute up', 60_000, 120_000],
    ])(
      '(%s) costs two attempts each time it goes down, of one message one: none is given up',
      async (_how, downMs, everyMs) => {
        const start = Date.now();
        const { say, counts, burnt, attempts, breaker } = aQueue(async () => {
          await wait(50);
          if ((Date.now() - start) % everyMs < downMs) throw refused();
        }, consumers[queue]);
        for (let second = 0; second < 600; second++) {
          say(2);
          await jest.advanceTimersByTimeAsync(1_000);
        }
        expect(counts).toMatchObject({ dead: 0, returned: 0 });
        expect(counts.handled).toBeGreaterThan(0);
        expect(burnt()).toBeLessThanOrEqual(2 * (600_000 / everyMs));
        expect(Math.max(...attempts.values())).toBeLessThanOrEqual(2);
        breaker.stop();
      },
    );
  });
});
