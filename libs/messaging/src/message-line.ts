import type { Delivered } from './headers.ts';

// In front of the data, within what the attributes take. Nothing is proven yet: only an id is let through.
const ATTRIBUTES_BYTES = 1_024;
const SUBJECT = /"subject"\s*:\s*"([\w.:-]{1,64})"/;

/** What each log line about a message says, so that all of one event, or of one order, are found. */
export function lineOf({ message, delivery }: Delivered) {
  const { queue, routingKey: type, attempt, body } = delivery;
  return {
    queue,
    id: message.properties.messageId as unknown,
    type,
    attempt,
    /** Read only when a line is written. */
    get subject(): string | undefined {
      return SUBJECT.exec(body.toString('latin1', 0, ATTRIBUTES_BYTES))?.[1];
    },
  };
}
