import { consumers, type QueueName } from '@order-events/contracts';
import { recoverQueue } from '@order-events/messaging/operate';
import { keptEvents } from './kept-events.ts';
import { NotUnderstoodError, type Output } from './output.ts';
import { quietLog } from './quiet-log.ts';
import type { Where } from './where.ts';

/**
 * Publishes to a queue, once more, the events that it consumes, from audit's log. A run that was cut off goes on from the time that it
 * printed last.
 */
export async function recover(
  where: Where,
  names: readonly string[],
  since: string | undefined,
  { say, progress }: Output,
): Promise<number> {
  const queue = queueOf(names);
  if (since !== undefined && Number.isNaN(Date.parse(since)))
    throw new NotUnderstoodError('--since is a time such as 2026-11-24T10:00:00Z');
  let upTo = since;
  try {
    const done = await recoverQueue({
      url: where.amqp,
      queue,
      kept: keptEvents(where, since),
      log: quietLog(progress),
      onWaiting: (behind) => progress(`audit still reads ${behind} messages`),
      onProgress: (sent, time) => {
        upTo = time;
        progress(`${sent} events sent, up to ${time}`);
      },
    });
    say(`${queue}: ${done.sent} events sent; everything after ${done.until} has reached it by itself`, done);
    if (done.complete) return 0;
    progress('audit had not read everything that was said before: once it has, run the same again');
    return 2;
  } catch (error) {
    if (upTo !== undefined) progress(`it goes on with: npm run topology -- recover ${queue} --since ${upTo}`);
    throw error;
  }
}

function queueOf([name = '', ...more]: readonly string[]): QueueName {
  const known = Object.keys(consumers).filter((queue) => queue !== 'audit');
  if (known.includes(name) && more.length === 0) return name as QueueName;
  throw new NotUnderstoodError(`recover takes one of ${known.join(', ')}`);
}
