import { childOf, newTrace, parseTraceparent, type Trace } from '@order-events/runtime';
import type { ConsumeMessage } from 'amqplib';

/** The trace of the request that caused a message, however often it is tried: its log lines and calls out belong there. */
export function traceOf({ properties }: ConsumeMessage): Trace {
  const { traceparent, tracestate } = properties.headers ?? {};
  const caused = parseTraceparent(traceparent, tracestate);
  return caused ? childOf(caused) : newTrace();
}
