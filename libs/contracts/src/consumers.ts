import { emailFailed, emailSent } from './email.ts';
import { inventoryAdjusted, inventoryReleased } from './inventory.ts';
import { type QueueFacts, type QueueName, type ServiceName, serviceEntries, services } from './services.ts';

/** The events that a queue consumes, how often one is tried, and after how long (each delay doubles). */
export interface ConsumerFacts extends QueueFacts {
  readonly service: ServiceName;
}

/** Which queue consumes which events, from the services' own values. Bindings, retry queues, the check of subscriptions and the reference page are made from it. */
export const consumers: Readonly<Record<string, ConsumerFacts>> = Object.fromEntries(
  serviceEntries.flatMap(({ name, queues }) => consumersOf(name, queues)),
);

const all = Object.fromEntries(Object.values(services).flatMap(({ name, queues }) => consumersOf(name, queues)));

/** What the table says of a queue; also of the example's, which the table leaves out. Throws where no service has the queue. */
export function consumerOf(queue: QueueName): ConsumerFacts {
  const facts = all[queue];
  // Without type checks a queue may have any name.
  if (!facts) throw new Error(`there is no queue ${queue}: add it to its service in libs/contracts/src/services.ts`);
  return facts;
}

function consumersOf(service: ServiceName, queues: Readonly<Record<string, QueueFacts>>): [string, ConsumerFacts][] {
  return Object.entries(queues).map(([queue, facts]) => [queue, { service, ...facts }]);
}

/** Published for the record: audit stores them, no service acts on them. An event that only audit consumes must be listed here. */
export const forTheRecord: readonly string[] = [inventoryReleased, inventoryAdjusted, emailSent, emailFailed].map(
  ({ type }) => type,
);
