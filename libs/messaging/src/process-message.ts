import type { QueueName } from '@order-events/contracts';
import { withTrace } from '@order-events/runtime';
import type { ConsumeMessage } from 'amqplib';
import { type Delivered, readDelivery } from './headers.ts';
import type { Lease } from './lease.ts';
import type { MessagingMetrics } from './metrics.ts';
import { acknowledge } from './middleware/acknowledge.ts';
import { type DecideParts, decideOutcome } from './middleware/decide-outcome.ts';
import type { Handle } from './middleware/handle.ts';
import { type PauseParts, pauseInOutage } from './middleware/pause-in-outage.ts';
import { type CopyParts, retryOrDeadLetter } from './middleware/retry-or-dead-letter.ts';
import type { Processed } from './outcome.ts';
import { probes } from './probes.ts';
import { traceOf } from './trace-of.ts';

export interface ProcessOptions extends DecideParts, PauseParts, CopyParts {
  readonly queue: QueueName;
  /** The inner steps, from the bytes to the service's handler: see pipeline.ts. */
  readonly handle: Handle<Delivered>;
  readonly counts: Pick<MessagingMetrics, 'processed'>;
}

/**
 * A message's way around its handler: decide the outcome, pause in an outage, retry or dead-letter by a copy, acknowledge.
 * The broker is told once, after everything else.
 */
export function processMessage(options: ProcessOptions): (message: ConsumeMessage, lease: Lease) => Promise<Processed> {
  const { queue, handle, log, counts } = options;
  const finish = acknowledge(retryOrDeadLetter(options), log);
  const process = pauseInOutage(decideOutcome(handle, options), finish, options);
  return async (message, lease) => {
    const began = performance.now();
    const processed = await withTrace(traceOf(message), () => {
      const delivered = readDelivery(queue, message);
      probes.received.publish(delivered);
      return process(delivered, lease);
    });
    counts.processed(queue, processed, (performance.now() - began) / 1_000);
    return processed;
  };
}
