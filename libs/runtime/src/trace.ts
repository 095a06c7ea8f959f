import { AsyncLocalStorage } from 'node:async_hooks';
import { randomFillSync } from 'node:crypto';

/** A place in a trace, after W3C Trace Context. */
export interface Trace {
  readonly traceId: string;
  readonly spanId: string;
  /** Two hex digits; 01 is sampled. */
  readonly flags: string;
  readonly tracestate?: string;
}

const storage = new AsyncLocalStorage<Trace>();

/** The trace that the running request or message belongs to. */
export function currentTrace(): Trace | undefined {
  return storage.getStore();
}

/** Everything that run starts, awaited or not, belongs to this trace: its log lines and its calls out. */
export function withTrace<T>(trace: Trace, run: () => T): T {
  return storage.run(trace, run);
}

export function newTrace(): Trace {
  return { traceId: hex(16), spanId: hex(8), flags: '01' };
}

/** The next hop of the same trace. */
export function childOf(trace: Trace): Trace {
  return { ...trace, spanId: hex(8) };
}

export function formatTraceparent({ traceId, spanId, flags }: Trace): string {
  return `00-${traceId}-${spanId}-${flags}`;
}

/** Undefined when it is not a traceparent: the trace then starts anew. A malformed tracestate is dropped. */
export function parseTraceparent(traceparent: unknown, tracestate?: unknown): Trace | undefined {
  const [, version, traceId, spanId, flags, more] =
    typeof traceparent === 'string' ? (form.exec(traceparent) ?? []) : [];
  if (!traceId || !spanId || !flags || version === 'ff' || (version === '00' && more)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  const state = typeof tracestate === 'string' && /^[\x20-\x7e]{1,512}$/.test(tracestate) ? { tracestate } : {};
  return { traceId, spanId, flags, ...state };
}

const form = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-[\x21-\x7e]{1,200})?$/;

// Asking the system for a few bytes costs as much as for many.
const pool = Buffer.alloc(4_096);
let used = pool.length;

function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('hex', used - bytes, used);
}
