import { setTimeout as pause } from 'node:timers/promises';
import { consumerOf, type QueueName, toMessage } from '@order-events/contracts';
import type { ChannelModel } from 'amqplib';
import { onOwnChannel } from '../channel.ts';
import { declareTopology } from '../declare.ts';
import type { Log } from '../log.ts';
import { closeGap, markGaps } from '../standing/gap.ts';
import { delaysOf, tierOf, topology } from '../topology.ts';
import { OperationRefusedError, operate } from './operation.ts';

/** An event as audit keeps it. */
export interface KeptEvent {
  readonly time: string;
  readonly body: string;
  readonly signature: string;
  /** Where operators have vouched for it: the signature above is theirs. */
  readonly originalSignature?: string;
}

export interface RecoverOptions {
  readonly url: string;
  readonly queue: QueueName;
  /** What audit's log holds of these types (undefined: of every type) before that time, oldest first, a page at a time. */
  readonly kept: (types: readonly string[] | undefined, until: string) => AsyncIterable<readonly KeptEvent[]>;
  /** Told after each page whose events are all confirmed: where a later run may go on. */
  readonly onProgress: (sent: number, upTo: string) => void;
  /** Told while audit still has events to read that were said before the queue was back. */
  readonly onWaiting: (behind: number) => void;
  readonly log: Log;
  /** How long to wait for audit to have read them. */
  readonly patienceMs?: number;
}

export interface Recovered {
  readonly sent: number;
  /** When the queue was back: everything said later has reached it by itself. */
  readonly until: string;
  /** False when audit hadn't read all of it: events said shortly before `until` can be missing. */
  readonly complete: boolean;
}

const PATIENCE_MS = 60_000;
const LOOK_MS = 250;
// A service whose clock is ahead dates its events so.
const CLOCKS_MS = 60_000;
const SETTLE_MS = 1_000;

/**
 * Declares what is missing, then gives one queue again what it hears, from audit's log: the same bytes and signature, to
 * this queue alone, in the order of the log, a page in memory at a time. Consumers absorb what they had already.
 */
export async function recoverQueue(options: RecoverOptions): Promise<Recovered> {
  const { url, queue, kept, onProgress, onWaiting, log, patienceMs = PATIENCE_MS } = options;
  if (queue === 'audit') throw new OperationRefusedError('audit’s queue can’t be filled from audit’s own log');
  return operate(url, log, async ({ model, publisher }) => {
    // Cut off before its end, it has to be told.
    await markGaps(model, [queue]);
    await declareTopology(model, topology());
    const until = new Date().toISOString();
    const complete = await auditHasRead(model, onWaiting, patienceMs);
    const { consumes } = consumerOf(queue);
    let sent = 0;
    for await (const page of kept(consumes === '#' ? undefined : consumes, later(until, CLOCKS_MS))) {
      await Promise.all(page.map((event) => publisher.send(alone(queue, event))));
      sent += page.length;
      const last = page.at(-1);
      if (last) onProgress(sent, last.time);
    }
    if (complete) await closeGap(model, queue);
    return { sent, until, complete };
  });
}

const later = (time: string, ms: number) => new Date(Date.parse(time) + ms).toISOString();

function alone(queue: QueueName, { body, signature, originalSignature: original }: KeptEvent) {
  const { routingKey, content, properties } = toMessage(body, signature);
  const vouched = original !== undefined && { 'original-signature': original };
  const headers = { ...properties.headers, ...vouched, 'original-routing-key': routingKey };
  return { exchange: '', routingKey: queue, content, properties: { ...properties, headers } };
}

// A message is never absent from queue and tiers before it is in the log, save for the moment in which audit handles it.
async function auditHasRead(
  model: ChannelModel,
  onWaiting: (behind: number) => void,
  patienceMs: number,
): Promise<boolean> {
  const end = Date.now() + patienceMs;
  const names = ['audit', ...delaysOf(consumerOf('audit')).map((ms) => tierOf('audit', ms)), 'audit'];
  while (Date.now() < end) {
    const behind = await inAll(model, names);
    if (behind === 0) {
      await pause(SETTLE_MS);
      return true;
    }
    onWaiting(behind);
    await pause(LOOK_MS);
  }
  return false;
}

async function inAll(model: ChannelModel, queues: readonly string[]): Promise<number> {
  return onOwnChannel(model, async (channel) => {
    let count = 0;
    for (const queue of queues) count += (await channel.checkQueue(queue)).messageCount;
    return count;
  });
}
