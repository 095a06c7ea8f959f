// Written by npm run generate from libs/contracts/src/services.ts; changes here are lost.

/** Services with a signing key each. */
export const SIGNERS = 'orders inventory payments customers email notifications audit'.split(' ');

/** Users of the broker with a password each. */
export const BROKER_USERS = 'audit email inventory notifications orders payments monitor'.split(' ');
