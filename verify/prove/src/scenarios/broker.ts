import { setTimeout as delay } from 'node:timers/promises';
import type { Scenario } from '../scenario.ts';

const ordinaryMs = 2_000;

export const brokerKilled: Scenario = {
  name: 'broker-killed',
  what: 'RabbitMQ is killed, and started again',
  async disturb({ broker, say }, length) {
    const times = length === 'short' ? 1 : 10;
    for (let kill = 0; kill < times; kill += 1) {
      await delay(ordinaryMs);
      await broker.kill();
      say('the broker is dead');
      await delay(1_000);
      await broker.restart();
    }
    await delay(ordinaryMs);
    return `${times} kills of the broker`;
  },
};

export const brokerRestarted: Scenario = {
  name: 'broker-restarted',
  what: 'RabbitMQ is asked to stop, and started again, as for an update',
  async disturb({ broker }) {
    await delay(ordinaryMs);
    await broker.stopAndStart();
    await delay(ordinaryMs);
    return 'stopped in an orderly way, and started';
  },
};

/** An order may wait a minute here until it is confirmed. None is late by anyone's fault but the broker's, so none may be cancelled. */
export const longOutage: Scenario = {
  name: 'long-outage',
  what: 'RabbitMQ is away for longer than an order may wait, and people go on ordering',
  wish: { settings: { orders: { CONFIRM_WITHIN_MINUTES: '1' } } },
  async disturb({ broker }) {
    const seconds = 75;
    await delay(ordinaryMs);
    await broker.kill();
    await delay(seconds * 1_000);
    await broker.restart();
    await delay(ordinaryMs);
    return `no broker for ${seconds} s, where an order may wait 60`;
  },
};

/** What was accepted while the broker was away is nowhere but in the outboxes of processes that are no more. */
export const powerCut: Scenario = {
  name: 'power-cut',
  what: 'RabbitMQ is killed, people go on ordering, and then every service is killed, too',
  async disturb({ broker, system }) {
    await delay(ordinaryMs);
    await broker.kill();
    await delay(4_000);
    for (const each of system.processes) each.kill();
    await broker.restart();
    await system.ready();
    await delay(ordinaryMs);
    return `the broker and ${system.processes.length} services killed`;
  },
};

export const brokerFrozen: Scenario = {
  name: 'broker-frozen',
  what: 'RabbitMQ stops in the middle of everything, connections stay open',
  async disturb({ broker }, length) {
    const seconds = length === 'short' ? 4 : 70;
    await delay(ordinaryMs);
    broker.freeze();
    try {
      await delay(seconds * 1_000);
    } finally {
      broker.thaw();
    }
    await delay(ordinaryMs);
    return `frozen for ${seconds} s`;
  },
};

/** What was on its way when it froze dies with it: only what was confirmed before may count as sent. */
export const brokerFrozenAndKilled: Scenario = {
  name: 'broker-frozen-and-killed',
  what: 'RabbitMQ takes nothing more from the wire, and is then killed',
  async disturb({ broker }, length) {
    const times = length === 'short' ? 1 : 5;
    for (let kill = 0; kill < times; kill += 1) {
      await delay(ordinaryMs);
      broker.freeze();
      await delay(1_500);
      await broker.kill();
      await broker.restart();
    }
    await delay(ordinaryMs);
    return `${times} times frozen, then killed`;
  },
};

/** While it lasts mails fail, and their copies for the next try can't be sent: only what still holds its message has not lost it. */
export const memoryAlarm: Scenario = {
  name: 'memory-alarm',
  what: 'RabbitMQ runs out of memory and blocks whoever publishes, while mails are to be tried again and their service is killed',
  async disturb({ broker, system, faults }, length) {
    const email = system.process('email');
    await delay(ordinaryMs);
    await faults('email', { refuse: { '*': true } });
    email.freeze();
    await delay(ordinaryMs);
    await broker.memoryAlarm(true);
    try {
      email.thaw();
      await delay(2_000);
      email.kill();
      const seconds = length === 'short' ? 3 : 40;
      await delay(seconds * 1_000);
      return `publishing blocked for ${seconds + 2} s`;
    } finally {
      await broker.memoryAlarm(false);
    }
  },
};

/** As after a fault in the broker itself. A service that hears nothing for so long subscribes anew. */
export const consumersForgotten: Scenario = {
  name: 'consumers-forgotten',
  what: 'RabbitMQ loses consumers without a word: they stay connected, and get nothing more',
  async disturb({ broker, vhost }, length) {
    const queues = ['payments', 'orders', 'notifications', 'email', 'inventory', 'audit'];
    const chosen = length === 'short' ? queues.slice(0, 2) : queues;
    for (const queue of chosen) {
      await delay(ordinaryMs);
      await broker.forgetConsumers(vhost, queue);
    }
    return `lost consumers of ${chosen.join(', ')}`;
  },
};

/** Everything else in the broker lives, so no connection ends by itself. */
export const queueStuck: Scenario = {
  name: 'queue-stuck',
  what: 'a queue hangs inside RabbitMQ: it confirms nothing and hands out nothing, and nobody is told',
  async disturb({ broker, vhost }, length) {
    const chosen = length === 'short' ? ['payments'] : ['payments', 'orders', 'audit'];
    const seconds = 40; // longer than a publisher waits for a confirm
    for (const queue of chosen) {
      await delay(ordinaryMs);
      await broker.hangQueue(vhost, queue, true);
      try {
        await delay(seconds * 1_000);
      } finally {
        await broker.hangQueue(vhost, queue, false);
      }
    }
    await delay(ordinaryMs);
    return `hung for ${seconds} s: ${chosen.join(', ')}`;
  },
};

export const connectionsClosed: Scenario = {
  name: 'connections-closed',
  what: 'the broker closes connections of services, those that consume and those that publish',
  async disturb({ queues, random }, length) {
    const rounds = length === 'short' ? 2 : 4;
    let closed = 0;
    for (let round = 0; round < rounds; round += 1) {
      await delay(ordinaryMs);
      closed += await queues.closeConnections(random);
    }
    if (closed === 0) throw new Error('there was no connection to close');
    await delay(ordinaryMs);
    return `${closed} connections closed`;
  },
};
