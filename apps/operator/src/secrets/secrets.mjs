// Plain JavaScript without packages: a fresh clone makes its secrets before anything is installed.
import { randomBytes } from 'node:crypto';

const SPEAKERS = ['orders', 'inventory', 'payments', 'customers', 'email', 'notifications', 'audit'];

/** Users of the broker with a password each; apps/operator/test/secrets/secrets.test.ts compares them with those that are made. */
export const BROKER_USERS = ['orders', 'inventory', 'payments', 'email', 'notifications', 'audit', 'monitor'];

/**
 * Fresh secrets under the names that docker-compose.yml asks for; no two calls agree.
 *
 * @returns {{ ACCESS_TOKEN_SECRET: string, EVENT_SIGNING_KEYS: string, RABBITMQ_PASSWORD: string } & Record<string, string>}
 */
export function newSecrets() {
  const kid = randomBytes(4).toString('hex');
  /** @type {(name: string, source: string) => string} */
  const signingKey = (name, source) => `${name}-${kid}:${source}:${randomBytes(32).toString('base64')}`;
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

/**
 * Settings as lines of an env file.
 *
 * @param {Readonly<Record<string, string>>} settings
 */
export function envFile(settings) {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/**
 * The text of an env file with a line for every secret that it lacks; those it has stay.
 *
 * @param {string} text
 * @returns {{ text: string, added: string[] }}
 */
export function withSecrets(text) {
  /** @param {string} name */
  const lacks = (name) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=\\s*\\S`, 'm').test(text);
  const added = Object.entries(newSecrets()).filter(([name]) => lacks(name));
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return { text: `${whole}${envFile(Object.fromEntries(added))}`, added: added.map(([name]) => name) };
}
