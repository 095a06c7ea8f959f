import { consumerOf, type QueueName } from '@order-events/contracts';
import type { ChannelModel } from 'amqplib';
import { declareTopology } from './declare.ts';
import { TopologyMismatchError } from './errors.ts';
import type { Log } from './log.ts';
import { isAccessRefused, isMissing } from './missing.ts';
import { reasonOf } from './reason-of.ts';
import { type Difference, differences } from './standing/compare.ts';
import { markGaps } from './standing/gap.ts';
import { managementAt } from './standing/management.ts';
import { readStanding } from './standing/standing.ts';
import { DLX, delaysOf, dlqOf, EXCHANGE, tierOf, topology } from './topology.ts';

export interface TopologyNeeds {
  readonly model: ChannelModel;
  readonly url: string;
  /** The management API: with it everything is compared in one round trip; without it the broker checks the declarations. */
  readonly managementUrl?: string | undefined;
  /** The queues this service consumes. */
  readonly queues: readonly QueueName[];
  readonly log: Log;
}

/**
 * Makes sure of the topology before anything is published or consumed. Missing objects are declared; a user without the
 * right to declare looks at them instead. Rejects with TopologyMismatchError naming every difference that could lose a
 * message; the others are logged.
 */
export async function readyTopology({ model, url, managementUrl, queues, log }: TopologyNeeds): Promise<void> {
  const found = managementUrl ? await compare({ managementUrl, url, queues, log }) : undefined;
  if (found) {
    for (const { line, loses } of found) if (!loses) log.warn('topology differs', { difference: line });
    refuse(found.filter(({ loses, mend }) => loses && !['declare', 'recover'].includes(mend)));
  }
  const missing = found?.filter(({ loses }) => loses);
  if (missing?.length === 0) return;
  try {
    await markGaps(model);
    await declareTopology(model, topology(queues));
  } catch (error) {
    if (!isAccessRefused(error)) throw error;
    refuse(missing ?? []);
    await lookAt(model, queues);
  }
}

type Compared = Pick<TopologyNeeds, 'url' | 'queues' | 'log'> & { readonly managementUrl: string };

/** Nothing when the management API doesn't answer: it is a help, not a need. */
async function compare({ managementUrl, url, queues, log }: Compared): Promise<Difference[] | undefined> {
  try {
    return differences(topology(queues), await readStanding(managementAt(managementUrl, url)));
  } catch (error) {
    log.warn('topology not compared', { error: reasonOf(error) });
    return undefined;
  }
}

function refuse(found: readonly Difference[]): void {
  if (found.length === 0) return;
  throw new TopologyMismatchError(
    `the broker differs from the description: ${found.map(({ line }) => line).join('; ')} (npm run topology -- plan)`,
  );
}

async function lookAt(model: ChannelModel, queues: readonly QueueName[]): Promise<void> {
  const missing = await missingOf(model, queues);
  if (missing.length === 0) return;
  throw new TopologyMismatchError(`${missing.join('; ')}, and this user may not declare (npm run topology -- apply)`);
}

/** What of that which this service publishes to and consumes isn't there: all that can be asked without a right to declare. */
export async function missingOf(model: ChannelModel, queues: readonly QueueName[]): Promise<string[]> {
  const names = queues.flatMap((queue) => [
    queue,
    dlqOf(queue),
    ...delaysOf(consumerOf(queue)).map((ms) => tierOf(queue, ms)),
  ]);
  const looked = [
    ...[EXCHANGE, DLX].map((name) => ({ kind: 'exchange', name }) as const),
    ...names.map((name) => ({ kind: 'queue', name }) as const),
  ];
  const lines = looked.map(async ({ kind, name }) =>
    (await isMissing(model, kind, name)) ? `${kind} ${name} is missing` : undefined,
  );
  return (await Promise.all(lines)).filter((line) => line !== undefined);
}
