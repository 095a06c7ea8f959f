import type { OutboxEntry } from './collection.ts';
import type { Log } from './log.ts';

/**
 * Logs one line for each event, once the write that holds it is stored: 'order cancelled', with its order and the reason. Ids, codes
 * and numbers alone: no text and no name of a person.
 */
export function logEvents(log: Log, entries: readonly OutboxEntry[]): void {
  for (const { body } of entries) {
    const event = JSON.parse(body) as Published;
    log.info(phraseOf(event.type), fieldsOf(event));
  }
}

interface Published {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly subject: string;
  readonly sequence: string;
  readonly triggeredby: string;
  readonly causationid?: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** `order.status_changed.v1` is 'order status changed': constant for a type. */
function phraseOf(type: string): string {
  return type.replace(/\.v\d+$/, '').replaceAll(/[._]/g, ' ');
}

function fieldsOf({ id, source, subject, sequence, triggeredby, causationid, data }: Published): object {
  const order = (data.order ?? {}) as { id?: unknown; cancellation?: { code?: unknown } };
  return {
    orderId: data.orderId ?? order.id,
    ...why(data.code ?? order.cancellation?.code),
    ...only(data, 'kind', 'step', 'oldStatusLabel', 'newStatusLabel', 'amount', 'currency'),
    by: triggeredby,
    source,
    subject,
    sequence: Number(sequence),
    eventId: id,
    causationId: causationid,
  };
}

/** A code, and never a sentence: that may be a person's. */
function why(code: unknown): { why?: string } {
  return typeof code === 'string' && /^[a-z][a-z\d-]{0,63}$/.test(code) ? { why: code } : {};
}

function only(data: Readonly<Record<string, unknown>>, ...names: readonly string[]): object {
  const given = names.filter((name) => ['string', 'number'].includes(typeof data[name]));
  return Object.fromEntries(given.map((name) => [name, data[name]]));
}
