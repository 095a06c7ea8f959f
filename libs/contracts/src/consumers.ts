import { emailFailed, emailSent } from './email.ts';
import { inventoryAdjusted, inventoryReleased } from './inventory.ts';
import { type QueueFacts, type QueueName, type ServiceName, serviceEntries } from './services.ts';

/** What a queue hears, and how often and after how long a message is tried again (each delay doubles). */
export interface ConsumerFacts extends QueueFacts {
  readonly service: ServiceName;
}

/** Who hears what, from the services' own values. Bindings, retry queues, the check of subscriptions and the reference page are made from it. */
export const consumers = Object.fromEntries(
  serviceEntries.flatMap(({ name, queues }) =>
    Object.entries(queues).map(([queue, facts]) => [queue, { service: name, ...facts }]),
  ),
) as Readonly<Record<QueueName, ConsumerFacts>>;

/** Said for the record: audit keeps them, nobody acts on them. An event that only audit hears and that isn't here was forgotten. */
export const forTheRecord: readonly string[] = [inventoryReleased, inventoryAdjusted, emailSent, emailFailed].map(
  ({ type }) => type,
);
