import { emailFailed, emailSent } from './email.ts';
import { inventoryAdjusted, inventoryReleased } from './inventory.ts';
import { type QueueFacts, type QueueName, type ServiceName, serviceEntries } from './services.ts';

/** The events that a queue consumes, how often one is tried, and after how long (each delay doubles). */
export interface ConsumerFacts extends QueueFacts {
  readonly service: ServiceName;
}

/** Which queue consumes which events, from the services' own values. Bindings, retry queues, the check of subscriptions and the reference page are made from it. */
export const consumers = Object.fromEntries(
  serviceEntries.flatMap(({ name, queues }) =>
    Object.entries(queues).map(([queue, facts]) => [queue, { service: name, ...facts }]),
  ),
) as Readonly<Record<QueueName, ConsumerFacts>>;

/** Published for the record: audit stores them, no service acts on them. An event that only audit consumes must be listed here. */
export const forTheRecord: readonly string[] = [inventoryReleased, inventoryAdjusted, emailSent, emailFailed].map(
  ({ type }) => type,
);
