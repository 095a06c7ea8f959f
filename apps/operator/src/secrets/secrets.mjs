// Plain JavaScript without packages: a fresh clone makes its secrets before anything is installed.
import { randomBytes } from 'node:crypto';
import { BROKER_USERS, SIGNERS } from './holders.mjs';
import { withSigningKeys } from './signing-keys.mjs';

export { BROKER_USERS };

/**
 * Fresh secrets under the names that docker-compose.yml asks for; no two calls agree.
 *
 * @returns {{ ACCESS_TOKEN_SECRET: string, EVENT_SIGNING_KEYS: string, RABBITMQ_PASSWORD: string } & Record<string, string>}
 */
export function newSecrets() {
  return {
    ACCESS_TOKEN_SECRET: randomBytes(48).toString('base64url'),
    EVENT_SIGNING_KEYS: withSigningKeys('', SIGNERS).keys,
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
 * The text of an env file with every secret that it lacks: a line for a missing setting, a signing key for each of `signers` without one.
 * Everything else stays as it is. Throws when EVENT_SIGNING_KEYS is not a list of keys.
 *
 * @param {string} text
 * @param {readonly string[]} [signers]
 * @returns {{ text: string, added: string[] }}
 */
export function withSecrets(text, signers = SIGNERS) {
  const missing = Object.entries(newSecrets()).filter(([name]) => !has(name, text));
  const completed = has('EVENT_SIGNING_KEYS', text) ? withNewKeys(text, signers) : { text, added: [] };
  const end = text === '' || text.endsWith('\n') ? '' : '\n';
  return {
    text: `${completed.text}${end}${envFile(Object.fromEntries(missing))}`,
    added: [...completed.added, ...missing.map(([name]) => name)],
  };
}

/** @type {(name: string, text: string) => boolean} */
const has = (name, text) => new RegExp(`^\\s*(export\\s+)?${name}[ \\t]*=[ \\t]*\\S`, 'm').test(text);

/** The line of the keys: what stands before them, with the quote if there is one, and the keys alone. */
const KEYS_LINE =
  /^(\s*(?:export\s+)?EVENT_SIGNING_KEYS[ \t]*=[ \t]*(["']?))([^"'#\s](?:[^"'#\r\n]*[^"'#\s])?)\2[ \t]*(?:#.*)?\r?$/gm;

/**
 * @param {string} text
 * @param {readonly string[]} signers
 */
function withNewKeys(text, signers) {
  const [line, ...more] = text.matchAll(KEYS_LINE);
  if (!line || more.length > 0) throw new Error('EVENT_SIGNING_KEYS must stand on one line, once: nothing was changed');
  const [, before = '', , present = ''] = line;
  const { keys, added } = withSigningKeys(present, signers);
  const start = line.index + before.length;
  return {
    text: text.slice(0, start) + keys + text.slice(start + present.length),
    added: added.map((source) => `a signing key of ${source}`),
  };
}
