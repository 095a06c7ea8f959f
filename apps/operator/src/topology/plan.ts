import { topology } from '@order-events/messaging';
import { type Difference, differences, managementAt, readStanding } from '@order-events/messaging/operate';
import type { Where } from './where.ts';

/** Every difference between the description and what stands in the broker. */
export async function plan({ management, amqp }: Pick<Where, 'management' | 'amqp'>): Promise<Difference[]> {
  return differences(topology(), await readStanding(managementAt(management, amqp)));
}

const remedies: Record<Exclude<Difference['mend'], 'recover'>, string> = {
  declare: 'apply declares it',
  replace: 'apply replaces it: its messages move to a new one',
  unbind: 'apply unbinds it',
  retire: 'apply takes it away once it is empty',
  'by-hand': 'not ours to change: policies and others’ bindings are changed by whoever made them',
};

function remedyOf({ mend, on }: Difference): string {
  if (mend !== 'recover') return remedies[mend];
  const queue = 'name' in on ? on.name.replace(/\.(dlq|gap)$/, '') : on.destination;
  return `npm run topology -- recover ${queue} brings it back with what it missed; apply alone declares it empty`;
}

export function shownPlan(found: readonly Difference[]): string {
  if (found.length === 0) return 'the broker holds exactly what is described';
  const width = Math.max(...found.map(({ line }) => line.length));
  return found.map((each) => `${each.line.padEnd(width)}   ${remedyOf(each)}`).join('\n');
}
