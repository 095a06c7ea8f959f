import type { Point } from '../points.ts';
import type { Scenario } from '../scenario.ts';
import { brokerFrozenAndKilled } from './broker.ts';
import { killedAt } from './kills.ts';

/** One step of each kind: stored and not answered, confirmed and not settled, done elsewhere and not recorded, done and not acknowledged. */
const points: readonly Point[] = [
  { service: 'orders', step: 'order.placed' },
  { service: 'orders', step: 'relay.confirmed' },
  { service: 'inventory', step: 'posting.read' },
  { service: 'inventory', step: 'line.held' },
  { service: 'inventory', step: 'store.committed' },
  { service: 'payments', step: 'provider.answered' },
  { service: 'payments', step: 'message.handled' },
  { service: 'email', step: 'mail.sent' },
  { service: 'notifications', step: 'feed.kept' },
  { service: 'audit', step: 'store.written' },
];

/** The short form: what most often goes wrong, on one system. */
export const inAHurry: Scenario = {
  name: 'in-a-hurry',
  what: 'services are killed at ten chosen steps, then RabbitMQ is frozen and killed',
  async disturb(world) {
    const kills = await killedAt('kills', points, '').disturb(world, 'short');
    return `${kills}; ${await brokerFrozenAndKilled.disturb(world, 'short')}`;
  },
};

export const shortPlanted = ['paid-again', 'settled-before-confirmed'];
