import { childOf, newTrace, parseTraceparent, withTrace } from '@order-events/runtime';
import type { Delivered } from '../headers.ts';
import type { Handle } from './handle.ts';

/** Log lines and calls out of a handler belong to the trace of the request that caused its event, however often it is tried. */
export function inTrace(next: Handle<Delivered>): Handle<Delivered> {
  return (delivered) => {
    const { traceparent, tracestate } = delivered.message.properties.headers ?? {};
    const caused = parseTraceparent(traceparent, tracestate);
    return withTrace(caused ? childOf(caused) : newTrace(), () => next(delivered));
  };
}
