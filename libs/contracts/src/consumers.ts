import { emailFailed, emailSent } from './email.ts';
import type { ContractFacts, ServiceName } from './event.ts';
import {
  inventoryAdjusted,
  inventoryLowStock,
  inventoryRejected,
  inventoryReleased,
  inventoryReserved,
  productChanged,
} from './inventory.ts';
import { orderCancelled, orderCreated, orderEvents, orderStatusChanged } from './orders.ts';
import { paymentEvents } from './payments.ts';

export type QueueName = 'orders' | 'inventory' | 'payments' | 'email' | 'email.priority' | 'notifications' | 'audit';

/** What a queue hears, and how often and after how long a message is tried again (each delay doubles). */
export interface ConsumerFacts {
  readonly service: ServiceName;
  /** Full types, or '#' for every one. */
  readonly hears: readonly string[] | '#';
  /** Tries in all, the first one included. */
  readonly attempts: number;
  readonly firstDelayMs: number;
}

const patient = { attempts: 5, firstDelayMs: 1_000 };
const mail = { attempts: 3, firstDelayMs: 2_000 };

/** Who hears what. Bindings, retry queues, the check of subscriptions and the reference page are made from it. */
export const consumers: Readonly<Record<QueueName, ConsumerFacts>> = {
  orders: {
    service: 'orders',
    hears: typesOf(inventoryReserved, inventoryRejected, ...paymentEvents, productChanged),
    ...patient,
  },
  inventory: { service: 'inventory', hears: typesOf(orderCreated, orderStatusChanged, orderCancelled), ...patient },
  payments: { service: 'payments', hears: typesOf(...orderEvents, inventoryReserved), ...patient },
  // Confirmations have a queue of their own, so that no backlog of other mail delays them.
  'email.priority': { service: 'email', hears: typesOf(orderStatusChanged), ...mail },
  email: { service: 'email', hears: typesOf(orderCancelled), ...mail },
  notifications: { service: 'notifications', hears: typesOf(...orderEvents, inventoryLowStock), ...patient },
  audit: { service: 'audit', hears: '#', ...patient },
};

/** Said for the record: audit keeps them, nobody acts on them. An event that only audit hears and that isn't here was forgotten. */
export const forTheRecord: readonly string[] = typesOf(inventoryReleased, inventoryAdjusted, emailSent, emailFailed);

function typesOf(...contracts: readonly Pick<ContractFacts, 'type'>[]): readonly string[] {
  return contracts.map(({ type }) => type);
}
