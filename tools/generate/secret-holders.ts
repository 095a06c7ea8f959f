import { signers } from '@order-events/contracts';
import { brokerUsers } from '@order-events/messaging/operate';

/** Names for `npm run secrets`, which runs before anything is installed and can load neither TypeScript nor contracts. */
export function secretHolders(): Map<string, string> {
  const users = brokerUsers().map(({ name }) => name);
  const text = `// Written by npm run generate from libs/contracts/src/services.ts; changes here are lost.

/** Services with a signing key each. */
export const SIGNERS = ${list(signers)};

/** Users of the broker with a password each. */
export const BROKER_USERS = ${list(users)};
`;
  return new Map([['apps/operator/src/secrets/holders.mjs', text]]);
}

// As one text, which no formatter breaks into lines.
const list = (names: readonly string[]) => `'${names.join(' ')}'.split(' ')`;
