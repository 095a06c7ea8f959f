import { applyTopology } from '@order-events/messaging/operate';
import type { Output } from './output.ts';
import { shownPlan } from './plan.ts';
import { quietLog } from './quiet-log.ts';
import type { Where } from './where.ts';

/** What is left is for people: `lossless` takes it for good when it can lose no event, so that a deploy goes on. */
export async function apply({ amqp, management }: Where, { say, progress }: Output, lossless = false): Promise<number> {
  const done: string[] = [];
  const left = await applyTopology({
    url: amqp,
    managementUrl: management,
    log: quietLog(progress),
    say: (line) => {
      done.push(line);
      progress(line);
    },
  });
  say(left.length === 0 ? 'the broker holds exactly what is described' : `left:\n${shownPlan(left)}`, { done, left });
  return left.some(({ loses }) => loses || !lossless) ? 2 : 0;
}
