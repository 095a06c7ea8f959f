import { randomUUID } from 'node:crypto';

/** One event as it goes out: exact text, its signature, its routing key. About 1 KB. */
export interface Payload {
  readonly body: string;
  readonly signature: string;
  readonly id: string;
  readonly type: string;
}

/** A way to use the broker. All publish to the same exchange and consume the same durable quorum queue. */
export interface Arm {
  readonly name: string;
  /** Resolves when every payload is confirmed, with at most `window` unconfirmed at once. */
  publish(payloads: readonly Payload[], window: number): Promise<void>;
  /** Takes messages until told to stop; each is handled and acknowledged. `heard` gets the event's id. */
  consume(heard: (id: string) => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

export const exchange = 'order_events';
/** Hears everything, and the payloads' type is heard by nobody else: one copy per publish in every arm. */
export const queue = 'audit';
export const prefetch = 200;

/** Runs `send` for each item, at most `window` at once. */
export async function inWindow<T>(items: readonly T[], window: number, send: (item: T) => Promise<unknown>) {
  let next = 0;
  async function lane(): Promise<void> {
    for (let at = next++; at < items.length; at = next++) await send(items[at] as T);
  }
  await Promise.all(Array.from({ length: Math.min(window, items.length) }, lane));
}

export function newIds(count: number): string[] {
  return Array.from({ length: count }, () => randomUUID());
}
