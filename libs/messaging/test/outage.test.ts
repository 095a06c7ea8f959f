import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { consumerOf } from '@order-events/contracts';
import { ServiceError } from '@order-events/runtime';
import { PauseError } from '../src/index.ts';
import { aQueue, wait } from './a-queue.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

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

  test('that is down for long is tried by another message, at last every ten seconds: the one before goes back as a copy, its attempt unchanged', async () => {
    const tried = new Set<string>();
    const { say, counts, burnt, breaker } = aQueue(async (id) => {
      tried.add(id);
      throw refused();
    });
    say(60);
    await jest.advanceTimersByTimeAsync(60_000);
    const before = counts.asides;
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    expect(tried.size).toBe(60);
    expect(counts.asides - before).toBeLessThanOrEqual(HOUR_MS / 10_000);
    expect(counts).toMatchObject({ dead: 0, returned: 0, inFlight: 1 });
    expect(burnt()).toBe(2);
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
        const { say, counts, burnt, attempts, breaker } = aQueue(
          async () => {
            await wait(50);
            if ((Date.now() - start) % everyMs < downMs) throw refused();
          },
          { schedule: consumerOf(queue) },
        );
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

describe('an outage that nothing measures', () => {
  const down = () => new PauseError('the store is down');

  test('pauses all that meet it for hours, and gives up none: when it is over all are handled', async () => {
    let over = false;
    const { say, counts, burnt } = aQueue(
      async () => {
        if (!over) throw down();
      },
      { measured: false },
    );
    say(200);
    for (let hour = 0; hour < 3; hour++) {
      say(5);
      await jest.advanceTimersByTimeAsync(HOUR_MS);
    }
    expect(counts).toMatchObject({ handled: 0, dead: 0, most: 1 });
    expect(counts.asides).toBeLessThanOrEqual((3 * HOUR_MS) / 10_000 + 10);
    over = true;
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(counts).toMatchObject({ handled: 215, dead: 0, inFlight: 0 });
    expect(burnt()).toBe(0);
  });

  test('of what only some types need gives up none of them while the others are handled', async () => {
    let over = false;
    const { say, counts, letters } = aQueue(
      async (_id, type) => {
        if (type === 'order.created.v1' && !over) throw down();
      },
      { measured: false },
    );
    for (let minute = 0; minute < 120; minute++) {
      say(1);
      say(20, 'order.cancelled.v1');
      await jest.advanceTimersByTimeAsync(MINUTE_MS);
    }
    expect([...letters]).toEqual([]);
    over = true;
    await jest.advanceTimersByTimeAsync(2 * MINUTE_MS);
    expect(counts).toMatchObject({ handled: 120 * 21, dead: 0, inFlight: 0 });
  });

  test.each([
    ['half a second down, half a second up', 500, 1_000],
    ['a minute down, a minute up', 60_000, 120_000],
    ['nine minutes down, one up', 540_000, 600_000],
  ])('that comes and goes (%s) gives up none', async (_how, downMs, everyMs) => {
    const start = Date.now();
    const { say, counts } = aQueue(
      async () => {
        await wait(50);
        if ((Date.now() - start) % everyMs < downMs) throw down();
      },
      { measured: false },
    );
    for (let second = 0; second < 3_600; second++) {
      if (second % 2 === 0) say(1);
      await jest.advanceTimersByTimeAsync(1_000);
    }
    expect(counts.dead).toBe(0);
    expect(counts.handled).toBeGreaterThan(1_500);
  });
});

describe('a message that alone meets what looks like an outage', () => {
  const bad = (ids: readonly string[]) => async (id: string) => {
    await wait(10);
    if (ids.includes(id)) throw new PauseError('disk I/O error');
  };
  const say10 = async (queue: ReturnType<typeof aQueue>, minutes: number) => {
    for (let second = 0; second < 60 * minutes; second++) {
      queue.say(2);
      await jest.advanceTimersByTimeAsync(1_000);
    }
  };

  test.each([
    ['one', ['m20']],
    ['ten, one after another', ['m20', 'm21', 'm22', 'm23', 'm24', 'm25', 'm26', 'm27', 'm28', 'm29']],
    ['every hundredth', Array.from({ length: 12 }, (_, at) => `m${at * 100 + 20}`)],
  ])('(%s) holds the others up for a second or two, and no longer', async (_how, ids) => {
    const queue = aQueue(bad(ids), { measured: false });
    await say10(queue, 10);
    expect(queue.counts).toMatchObject({ handled: 1_200 - ids.length, dead: 0, returned: 0 });
    expect(queue.pausedMs()).toBeLessThan(10_000 * ids.length);
  });

  test('is a dead letter that says so after an hour, also when the process was started anew in between', async () => {
    const queue = aQueue(bad(['m5']), { measured: false });
    for (let run = 0; run < 7; run++) {
      await say10(queue, 10);
      queue.restart();
    }
    expect([...queue.letters]).toEqual([
      [
        'm5',
        expect.objectContaining({
          error: expect.objectContaining({
            name: 'FailsAloneError',
            message: expect.stringContaining('disk I/O error'),
          }),
        }),
      ],
    ]);
    expect(queue.pausedMs()).toBeLessThan(5_000);
  });

  test('waits, and pauses nobody, while there is nobody else; what comes waits some seconds at most', async () => {
    const queue = aQueue(bad(['m0']), { measured: false });
    queue.say(1);
    await jest.advanceTimersByTimeAsync(HOUR_MS);
    for (let said = 1; said < 20; said++) {
      queue.say(1);
      const at = Date.now();
      await jest.advanceTimersByTimeAsync(5 * MINUTE_MS);
      expect((queue.doneAt.get(`m${said}`) ?? Number.NaN) - at).toBeLessThanOrEqual(12_000);
    }
    expect([...queue.letters.keys()]).toEqual(['m0']);
  });
});
