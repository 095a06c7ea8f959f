import { expect, test } from '@jest/globals';
import type { CloudEvent } from '@order-events/contracts';
import { readDelivery } from '../src/headers.ts';
import { suspectsAlone } from '../src/middleware/alone.ts';
import { decode } from '../src/middleware/decode.ts';
import { inOrder } from '../src/middleware/in-order.ts';
import { aMessage } from './a-message.ts';

const delivered = (body = '{}', headers = {}) => readDelivery('orders', aMessage({ headers }, body));

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

const turns = () => new Promise((resolve) => setImmediate(resolve));

test.each(['', 'not json', '\u0000', '[]', 'null', '42', '{}', '{"source":7}', '{"source":"/services/orders"'])(
  'a body that is no event (%p) is refused before anything else',
  async (body) => {
    const next = () => Promise.reject(new Error('must not get here'));
    await expect(decode(next)(delivered(body))).rejects.toMatchObject({ name: 'ContractError', kind: 'invalid' });
  },
);

test('bytes that are not UTF-8 are refused even inside a JSON string', async () => {
  const message = aMessage();
  const { delivery } = readDelivery('orders', { ...message, content: Buffer.from('{"source":"\xff"}', 'latin1') });
  await expect(decode(async () => undefined)({ message, delivery })).rejects.toThrow('not JSON in UTF-8');
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
