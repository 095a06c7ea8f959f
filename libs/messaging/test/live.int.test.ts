import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import { aBus, type Bus } from './a-bus.ts';

let bus: Bus;

beforeAll(async () => {
  bus = await aBus();
});

afterAll(() => bus.close());

function anInstance() {
  const { messaging } = bus.service('notifications');
  const heard: unknown[] = [];
  const times = { ready: 0 };
  const live = messaging.live((json) => void heard.push(json), { onReady: () => void times.ready++ });
  return { messaging, live, heard, times };
}

test('what one instance says, every instance hears, and is told to read again after a break', async () => {
  const [a, b] = [anInstance(), anInstance()];
  await Promise.all([a.messaging.start(), b.messaging.start()]);
  await eventually(() => expect([a.times.ready, b.times.ready]).toEqual([1, 1]));
  await a.live.say({ feed: 'user:1', position: 7 });
  await eventually(() =>
    expect([a.heard, b.heard]).toEqual([[{ feed: 'user:1', position: 7 }], [{ feed: 'user:1', position: 7 }]]),
  );

  bus.channel.publish('notifications.live', '', Buffer.from('no json'));
  await bus.kill('notifications consume');
  await eventually(() => expect([a.times.ready, b.times.ready]).toEqual([2, 2]));
  await b.live.say('again');
  await eventually(() => expect([a.heard.at(-1), b.heard.at(-1)]).toEqual(['again', 'again']));
});
