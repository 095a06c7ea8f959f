import { EventEmitter } from 'node:events';
import { expect, jest, test } from '@jest/globals';
import type { ChannelModel } from 'amqplib';
import { onOwnChannel } from '../src/channel.ts';

test('what fails because the broker answers nothing ends, though the broker doesn’t answer the close either', async () => {
  jest.useFakeTimers();
  const channel = Object.assign(new EventEmitter(), { close: () => new Promise(() => undefined) });
  const model = { createChannel: async () => channel } as unknown as ChannelModel;
  const unanswered = expect(onOwnChannel(model, () => Promise.reject(new Error('no answer')))).rejects.toThrow(
    'no answer',
  );
  await jest.advanceTimersByTimeAsync(5_000);
  await unanswered;
  jest.useRealTimers();
});
