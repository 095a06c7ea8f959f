import { getEventListeners } from 'node:events';
import { expect, test } from '@jest/globals';
import type { Channel } from 'amqplib';
import { ChannelLife } from '../src/consumer/channel-life.ts';
import { aLog } from './a-bus.ts';

const channel = {
  prefetch: async () => ({}),
  consume: async () => ({ consumerTag: 'tag' }),
} as unknown as Channel;

test('a life that has ended leaves no listener on the signal of the stop', async () => {
  const stopping = new AbortController();
  const lost = Promise.withResolvers<void>();
  const life = new ChannelLife({
    channel,
    lost: lost.promise,
    queue: 'orders',
    stopping: stopping.signal,
    log: aLog(),
    watchMs: 60_000,
    isSilent: () => false,
    begin: () => undefined,
  });
  await life.begin(1);
  const over = life.over();
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(1);
  lost.resolve();
  expect(await over).toBe('its channel was closed');
  await life.end(false, async () => undefined);
  expect(getEventListeners(stopping.signal, 'abort')).toHaveLength(0);
});
