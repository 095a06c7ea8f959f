import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { shuffled } from '../random.ts';
import type { Scenario } from '../scenario.ts';

export const duplicates: Scenario = {
  name: 'duplicates',
  what: 'every event is sent twice more, some time later and in any order',
  async disturb({ queues, random }, length) {
    const tap = await queues.tap();
    await delay(length === 'short' ? 4_000 : 15_000);
    const events = await queues.letters(tap);
    for (let round = 0; round < 2; round += 1) {
      for (const { routing_key, payload, properties } of shuffled(random, events)) {
        await queues.publish(routing_key, payload, properties);
      }
    }
    return `${events.length} events sent twice more`;
  },
};

export const poison: Scenario = {
  name: 'poison',
  what: 'messages that nobody can read arrive among the others',
  deadLetters: { 'inventory.dlq': 2, 'payments.dlq': 2, 'notifications.dlq': 2, 'audit.dlq': 2 },
  async disturb({ queues }) {
    const labels = { delivery_mode: 2, type: 'order.created.v1' };
    await delay(1_500);
    await queues.publish('order.created.v1', 'this is no JSON', { ...labels, message_id: randomUUID() });
    const unsigned = { specversion: '1.0', type: 'order.created.v1', source: '/services/orders', data: {} };
    await queues.publish('order.created.v1', JSON.stringify(unsigned), { ...labels, message_id: randomUUID() });
    await delay(1_500);
    return 'two messages that are no events, to everyone who hears of new orders';
  },
};
