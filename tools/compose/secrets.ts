import { randomBytes } from 'node:crypto';

const SPEAKERS = ['orders', 'inventory', 'payments', 'customers', 'email', 'notifications', 'audit'];

/** Users of the broker with a password each; tools/compose/test/secrets.test.ts compares them with those that are made. */
export const BROKER_USERS = ['orders', 'inventory', 'payments', 'email', 'notifications', 'audit', 'monitor'];

export interface Secrets {
  ACCESS_TOKEN_SECRET: string;
  EVENT_SIGNING_KEYS: string;
  RABBITMQ_PASSWORD: string;
  [userPassword: `${string}_RABBITMQ_PASSWORD`]: string;
}

/** Fresh secrets under the names that docker-compose.yml asks for; no two calls agree. */
export function newSecrets(): Secrets {
  const kid = randomBytes(4).toString('hex');
  const signingKey = (name: string, source: string) => `${name}-${kid}:${source}:${randomBytes(32).toString('base64')}`;
  const services = SPEAKERS.map((name) => signingKey(name, `/services/${name}`));
  return {
    ACCESS_TOKEN_SECRET: randomBytes(48).toString('base64url'),
    EVENT_SIGNING_KEYS: [...services, signingKey('operators', '/operators')].join(','),
    RABBITMQ_PASSWORD: password(),
    ...Object.fromEntries(BROKER_USERS.map((user) => [`${user.toUpperCase()}_RABBITMQ_PASSWORD`, password()])),
  };
}

// Letters and digits only: it becomes part of a URL.
const password = () => randomBytes(24).toString('hex');

/** Settings as lines of an env file. */
export function envFile(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
