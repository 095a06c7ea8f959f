import { topology } from '@order-events/messaging';
import { differences, managementAt, readStanding } from '@order-events/messaging/operate';
import type { Vhost } from '../rig/broker.ts';
import { fine, type Verdict } from './verdict.ts';

/**
 * After all harm the broker holds what is described, as far as a difference could lose a message: how safely a queue hands
 * on what it holds shows by chance only when it does harm.
 */
export async function checkTopology({
  amqpUrl,
  managementUrl,
}: Pick<Vhost, 'amqpUrl' | 'managementUrl'>): Promise<Verdict> {
  const found = differences(topology(), await readStanding(managementAt(managementUrl, amqpUrl)));
  // Policies are the scenarios' own, as an operator's would be.
  const ours = found.filter(({ loses, mend }) => loses && mend !== 'by-hand');
  return { ...fine, wrong: ours.map(({ line }) => `in the broker, unlike described: ${line}`) };
}
