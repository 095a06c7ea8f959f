import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { holdStore } from '../rig/hold-store.ts';
import type { Scenario } from '../scenario.ts';
import type { World } from '../world.ts';

export const providerFails: Scenario = {
  name: 'provider-fails',
  what: 'the payment provider is slow, answers 503 before or after it did its work, and is gone for longer than all retries take',
  async disturb({ faults, system }, length) {
    await delay(1_000);
    await faults('sandbox', { errorRate: 0.5, delayMs: 200 });
    await delay(6_000);
    await faults('sandbox', { delayMs: 1_200 });
    await delay(4_000);
    system.process('sandbox').kill();
    await system.process('sandbox').ready();
    const seconds = length === 'short' ? 5 : 40;
    await faults('sandbox', { down: true });
    await delay(seconds * 1_000);
    await faults('sandbox', {});
    return `errors, delays, a crash, and ${seconds} s without a provider`;
  },
};

export const mailboxRefuses: Scenario = {
  name: 'mailbox-refuses',
  what: 'the mail server refuses mails for now, and is then gone for a while',
  async disturb({ faults }, length) {
    await delay(1_000);
    await faults('email', { refuse: { 'ada@example.org': 2, 'bea@example.org': 1 } });
    await delay(6_000);
    const seconds = length === 'short' ? 4 : 30;
    await faults('email', { down: true });
    await delay(seconds * 1_000);
    await faults('email', {});
    return `three mails refused, then ${seconds} s without a mail server`;
  },
};

export const storeLocked: Scenario = {
  name: 'store-locked',
  what: 'another process holds a store for longer than a write waits',
  async disturb({ system, random }, length) {
    const services = ['orders', 'inventory', 'payments', 'email', 'notifications', 'audit'];
    const victims = length === 'short' ? services.slice(0, 2) : services;
    for (const service of victims) {
      await delay(500 + random() * 500);
      await holdStore(system.storeOf(service), 7_000);
    }
    return `the stores of ${victims.join(', ')} were held for 7 s each`;
  },
};

export const storeFull: Scenario = {
  name: 'store-full',
  what: 'there is no room any more where a service keeps its store, and then there is again',
  async disturb({ system }, length) {
    const services = ['orders', 'inventory', 'payments', 'email', 'notifications', 'audit', 'customers'];
    const victims = length === 'short' ? services.slice(0, 3) : services;
    for (const service of victims) {
      await delay(500);
      system.process(service).fillStore(true);
      await delay(6_000);
      system.process(service).fillStore(false);
    }
    return `no room for ${victims.join(', ')}, 6 s each`;
  },
};

export const providerDrops: Scenario = {
  name: 'provider-drops',
  what: 'the payment provider does what it is asked for, and the connection ends before its answer',
  wish: { through: { services: ['payments'], to: 'provider' } },
  async disturb({ proxy, random }, length) {
    const times = length === 'short' ? 4 : 12;
    for (let each = 0; each < times; each += 1) {
      await delay(500 + random() * 1_000);
      proxy.dropAnswers();
      await delay(300 + random() * 1_500);
      proxy.heal();
    }
    await delay(1_000);
    return `${times} times no answer got through`;
  },
};

export const mailServerDrops: Scenario = {
  name: 'mail-server-drops',
  what: 'the mail server takes mails, and the connection ends before it says so; an operator replays those given up as unknown',
  async disturb({ faults, admin }, length) {
    await delay(1_000);
    await faults('email', { drop: true });
    const seconds = length === 'short' ? 6 : 20;
    await delay(seconds * 1_000);
    await faults('email', {});
    await delay(1_000);
    const given = await replayUnknown(admin);
    return `no mail was acknowledged for ${seconds} s; replayed as unknown: ${given}`;
  },
};

/** Sends again what was sent as often as is stated, without an answer. */
async function replayUnknown(admin: World['admin']): Promise<number> {
  const groups = await admin.call<Groups>('GET', '/api/v1/dlq/groups?code=fate-unknown');
  for (const { queue, type, code, count } of groups.items) {
    const asked = {
      queue,
      group: { type, code },
      reason: 'the mail server answers again',
      first: count,
      watchSeconds: 5,
    };
    await admin.call('POST', '/api/v1/dlq/replay', asked, { 'idempotency-key': randomUUID() });
  }
  return groups.items.reduce((sum, { count }) => sum + count, 0);
}

interface Groups {
  readonly items: readonly {
    readonly queue: string;
    readonly type: string;
    readonly code: string;
    readonly count: number;
  }[];
}
