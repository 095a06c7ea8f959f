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

/** One service after the other is away for a moment; what has come for it meanwhile it then gets in any order. */
export const reordered: Scenario = {
  name: 'reordered',
  what: 'every service gets what has come for it in another order than it was said in',
  async disturb({ queues, system, random }, length) {
    const services = ['payments', 'inventory', 'notifications', 'email', 'audit', 'orders'];
    let moved = 0;
    for (const service of length === 'short' ? services.slice(0, 4) : [...services, ...services]) {
      const target = system.process(service);
      await target.stop();
      await delay(3_000);
      for (const queue of service === 'email' ? ['email', 'email.priority'] : [service]) {
        moved += await queues.reorder(queue, (letters) => shuffled(random, letters));
      }
      target.start();
      await target.ready();
      await delay(1_000);
    }
    return `${moved} messages put in another order`;
  },
};

export const queueDeleted: Scenario = {
  name: 'queue-deleted',
  what: 'a queue is deleted with all that is in it, so that the broker cancels its consumer; npm run topology -- recover brings it back',
  async disturb({ queues, random, topology, say }, length) {
    const all = shuffled(random, ['orders', 'inventory', 'payments', 'email.priority', 'email', 'notifications']);
    const chosen = length === 'short' ? all.slice(0, 3) : all;
    for (const queue of chosen) {
      await delay(1_500);
      await queues.remove(queue);
      await delay(2_000);
      await topology('recover', queue);
      say(`${queue} was deleted and is back`);
    }
    return `deleted and recovered: ${chosen.join(', ')}`;
  },
};

/** A copy for the next try that finds no queue is returned by the broker: the message is held until there is one again. */
export const tierDeleted: Scenario = {
  name: 'tier-deleted',
  what: 'the queues in which mails wait for their next try are deleted while mails fail, and put back by npm run topology -- apply',
  async disturb({ queues, faults, topology }, length) {
    for (const queue of ['email', 'email.priority']) await queues.remove(`${queue}.retry.2000`);
    await faults('email', { refuse: { '*': true } });
    await delay(length === 'short' ? 3_000 : 20_000);
    await faults('email', {});
    await topology('apply');
    await delay(1_000);
    return 'mails were refused while there was nowhere to wait';
  },
};

const mailQueues = '^email(\\.priority)?$';

/** What comes back from its delay finds its queue full: it must wait where it is. */
export const queueFull: Scenario = {
  name: 'queue-full',
  what: 'mails are refused and wait for their next try; when that comes, the queues they return to are full and take nothing',
  async disturb({ queues, faults, system }, length) {
    const email = system.process('email');
    await delay(1_000);
    await faults('email', { refuse: { '*': true } });
    await delay(1_500);
    email.freeze();
    await queues.limit(mailQueues, 1);
    try {
      await delay(length === 'short' ? 6_000 : 20_000);
    } finally {
      await queues.limit(mailQueues, 1_000_000);
      email.thaw();
    }
    await faults('email', {});
    await delay(1_000);
    return 'mails came back to a full queue';
  },
};
