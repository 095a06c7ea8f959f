import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';

/**
 * The keys of EVENT_SIGNING_KEYS as they are, and behind them a fresh one for each source that has none: of these services, and of
 * operators. Throws when a part of the list is no key; the message never repeats it.
 *
 * @param {string} present `kid:source:base64`, several separated by commas; may be empty
 * @param {readonly string[]} services
 * @returns {{ keys: string, added: string[] }}
 */
export function withSigningKeys(present, services) {
  const kept = present === '' ? [] : present.replace(/,\s*$/, '').split(',');
  const sources = kept.map(sourceOf);
  const id = randomBytes(4).toString('hex');
  const missing = [...services.map((name) => `/services/${name}`), '/operators'].filter(
    (source) => !sources.includes(source),
  );
  const fresh = missing.map((source) => `${basename(source)}-${id}:${source}:${randomBytes(32).toString('base64')}`);
  return {
    keys: fresh.length === 0 ? present : [...kept, ...fresh].join(','),
    added: missing,
  };
}

/** @type {(key: string, index: number) => string} */
function sourceOf(key, index) {
  const [, source] = /^\s*[\w.-]+:(\/[a-z/-]+):[A-Za-z0-9+/]+={0,2}\s*$/.exec(key) ?? [];
  if (!source) throw new Error(`key ${index + 1} of EVENT_SIGNING_KEYS is not kid:source:base64: nothing was changed`);
  return source;
}
