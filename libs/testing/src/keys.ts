import { createHash } from 'node:crypto';
import { signers, sourceOf } from '@order-events/contracts/services';

/** EVENT_SIGNING_KEYS for every service, the example and operators: the same in each run, so that signatures in tests can be written down. */
export function testKeys(): string {
  const services = [...signers, 'gifts' as const].map((name) => `test-${name}:${sourceOf(name)}:${keyFor(name)}`);
  return [...services, `test-operators:/operators:${keyFor('operators')}`].join(',');
}

const keyFor = (name: string) => createHash('sha256').update(`signing key of ${name} in tests`).digest('base64');
