import { randomUUID } from 'node:crypto';
import { type CloudEvent, contractOf, createEvent, type KeyRing, parseKeys } from '@order-events/contracts';
import { testKeys } from './keys.ts';

type Position = Parameters<typeof createEvent>[1];

/** A valid event of this type, with its contract's example as data, said by its owner; every part can be chosen. */
export function anEvent(type: string, chosen: Partial<Position> & { readonly data?: unknown } = {}): CloudEvent {
  const contract = contractOf(type);
  if (!contract) throw new Error(`${type} is no event of ours`);
  const { data = contract.example, ...position } = chosen;
  return createEvent(
    { contract, data },
    {
      id: randomUUID(),
      source: `/services/${contract.owner}`,
      subject: randomUUID(),
      version: 1,
      time: new Date().toISOString(),
      correlationid: randomUUID(),
      triggeredby: 'user',
      ...position,
    },
  );
}

/** The event as an outbox would hold it: exact bytes, signed with the test key of its source. */
export function signed(event: CloudEvent, keys: KeyRing = parseKeys(testKeys())): { body: string; signature: string } {
  const body = JSON.stringify(event);
  return { body, signature: keys.sign(event.source, body) };
}
