import { randomUUID } from 'node:crypto';
import { contractOf, createEvent, type KeyRing } from '@order-events/contracts';
import type { Payload } from './arms/arm.ts';

const type = 'email.sent.v1';

/** Signed events that audit alone hears. */
export function makePayloads(count: number, keys: KeyRing): Payload[] {
  const contract = contractOf(type);
  if (!contract) throw new Error(`there is no event ${type}`);
  const source = `/services/${contract.owner}`;
  return Array.from({ length: count }, () => {
    const id = randomUUID();
    const chain = { correlationid: randomUUID(), causationid: randomUUID(), triggeredby: 'system' } as const;
    const event = createEvent(
      { contract, data: contract.example },
      { id, source, subject: id, version: 1, time: new Date().toISOString(), ...chain },
    );
    const body = JSON.stringify(event);
    return { body, signature: keys.sign(source, body), id, type };
  });
}
