import { describe, expect, jest, test } from '@jest/globals';
import { type CloudEvent, type KeyRing, parseKeys } from '@order-events/contracts';
import { testKeys } from '@order-events/testing';
import { readDelivery } from '../src/headers.ts';
import { suspectsAlone } from '../src/middleware/alone.ts';
import { inOrder } from '../src/middleware/in-order.ts';
import { HANDLE_MS, inTime } from '../src/middleware/in-time.ts';
import { prove } from '../src/middleware/prove.ts';
import { markSuspects, type StartMarks } from '../src/middleware/start-mark.ts';
import { aMessage, fromTier } from './a-message.ts';

const delivered = (body = '{}', headers = {}) =>
  readDelivery('orders', aMessage({ headers }, body, { ...fromTier, redelivered: true }));

/** A step whose every call waits until it is let go; tells what has begun. */
function heldStep<M>(nameOf: (message: M) => string) {
  const begun: string[] = [];
  const letGo = new Map<string, (error?: Error) => void>();
  const step = (message: M) =>
    new Promise<void>((resolve, reject) => {
      begun.push(nameOf(message));
      letGo.set(nameOf(message), (error) => (error ? reject(error) : resolve()));
    });
  return { begun, step, finish: (name: string, error?: Error) => letGo.get(name)?.(error) };
}

/** Keys that nothing may get to. */
const unasked: KeyRing = {
  ...parseKeys(testKeys()),
  verify: () => {
    throw new Error('must not get here');
  },
};

const turns = () => new Promise((resolve) => setImmediate(resolve));

test.each(['', 'not json', '\u0000', '[]', 'null', '42', '{}', '{"source":7}', '{"source":"/services/orders"'])(
  'a body that is no event (%p) is refused before anything else',
  (body) => {
    expect(() => prove(unasked, delivered(body))).toThrow(
      expect.objectContaining({ name: 'ContractError', kind: 'invalid' }),
    );
  },
);

test('bytes that are not UTF-8 are refused even inside a JSON string', () => {
  const message = aMessage();
  const { delivery } = readDelivery('orders', { ...message, content: Buffer.from('{"source":"\xff"}', 'latin1') });
  expect(() => prove(unasked, { message, delivery })).toThrow('not JSON in UTF-8');
});

test('events of one subject are handled one after another, of others meanwhile, a failure holds up nobody', async () => {
  const received = (subject: string, id: string) => {
    const event = { source: '/services/orders', subject, id } as CloudEvent;
    return { ...delivered(), event };
  };
  const { begun, step, finish } = heldStep<ReturnType<typeof received>>(({ event }) => event.id);
  const handle = inOrder(step);
  const first = handle(received('a', 'a1'));
  const second = handle(received('a', 'a2'));
  const other = handle(received('b', 'b1'));
  await turns();
  expect(begun).toEqual(['a1', 'b1']);
  finish('a1', new Error('failed'));
  await expect(first).rejects.toThrow('failed');
  await turns();
  expect(begun).toEqual(['a1', 'b1', 'a2']);
  finish('a2');
  finish('b1');
  await Promise.all([second, other]);
});

test('a message that came back three times is handled while nothing else is', async () => {
  const suspect = { 'x-delivery-count': 3, name: 'suspect' };
  const named = (name: string, headers: object = { name }) => delivered('{}', headers);
  const { begun, step, finish } = heldStep<ReturnType<typeof named>>(({ message }) => message.properties.headers?.name);
  const handle = suspectsAlone(step);
  const all = [handle(named('a')), handle(named('suspect', suspect)), handle(named('b'))];
  await turns();
  expect(begun).toEqual(['a']);
  finish('a');
  await turns();
  expect(begun).toEqual(['a', 'suspect']);
  finish('suspect');
  await turns();
  expect(begun).toEqual(['a', 'suspect', 'b']);
  finish('b');
  await Promise.all(all);
});

describe('a message that came back three times', () => {
  const back = { 'x-delivery-count': 3 };
  const suspect = () => delivered('{}', back);

  function counting() {
    const starts = new Map<string, number>();
    const marks: StartMarks = {
      begin: async (id) => starts.set(id, (starts.get(id) ?? 0) + 1).get(id) ?? 0,
      end: async (id) => void starts.delete(id),
    };
    return { starts, marks };
  }

  test('is begun behind a mark, which goes when it ends, well or badly', async () => {
    const { starts, marks } = counting();
    const seen: number[] = [];
    await markSuspects(marks, async () => void seen.push(starts.size))(suspect());
    await expect(markSuspects(marks, () => Promise.reject(new Error('failed')))(suspect())).rejects.toThrow('failed');
    expect(seen).toEqual([1]);
    expect(starts.size).toBe(0);
  });

  test('is dead after five starts that never ended, and is not begun a sixth time', async () => {
    const { marks } = counting();
    let begun = 0;
    const handle = markSuspects(marks, () => {
      begun += 1;
      return new Promise(() => undefined);
    });
    for (let kill = 0; kill < 5; kill++) void handle(suspect());
    await turns();
    await expect(handle(suspect())).rejects.toMatchObject({ kind: 'conflict', code: 'handler-killed' });
    expect(begun).toBe(5);
  });

  test('begins anew when an operator replays it; others need no mark', async () => {
    const { starts, marks } = counting();
    const hangs = markSuspects(marks, () => new Promise(() => undefined));
    for (const replay of [0, 1]) void hangs(delivered('{}', { ...back, replay }));
    void hangs(delivered('{}', {}));
    await turns();
    expect([...starts.values()]).toEqual([1, 1]);
  });
});

describe('a handler that never returns', () => {
  const subject = (id: string) => ({
    ...delivered(),
    event: { source: '/services/orders', subject: 'a', id } as CloudEvent,
  });

  test('fails for now, and lets the next event of its subject go on', async () => {
    jest.useFakeTimers();
    const handled: string[] = [];
    const hangs = (id: string) =>
      id === 'first' ? new Promise<void>(() => undefined) : Promise.resolve(void handled.push(id));
    const handle = inOrder(inTime(({ event }: ReturnType<typeof subject>) => hangs(event.id)));
    const first = expect(handle(subject('first'))).rejects.toMatchObject({
      name: 'HandlerTimeoutError',
      kind: 'unavailable',
    });
    const second = handle(subject('second'));
    await jest.advanceTimersByTimeAsync(HANDLE_MS - 1_000);
    expect(handled).toEqual([]);
    await jest.advanceTimersByTimeAsync(1_000);
    await Promise.all([first, second]);
    expect(handled).toEqual(['second']);
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });

  test('keeps a message that must be handled alone waiting no longer than that', async () => {
    jest.useFakeTimers();
    const again = readDelivery('orders', aMessage({ headers: { 'x-delivery-count': 3 } }, '{}', { redelivered: true }));
    const handle = suspectsAlone(inTime((each) => (each === again ? Promise.resolve() : new Promise(() => undefined))));
    const hung = expect(handle(delivered())).rejects.toThrow('did not return after');
    const alone = handle(again);
    await jest.advanceTimersByTimeAsync(HANDLE_MS);
    await Promise.all([hung, alone]);
    jest.useRealTimers();
  });
});
