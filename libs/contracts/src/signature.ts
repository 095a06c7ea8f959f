import { createHmac, timingSafeEqual } from 'node:crypto';

export type Verdict = 'ok' | 'unsigned' | 'malformed' | 'unknown-key' | 'wrong-source' | 'bad';

/** Who may sign for which source. The first key of a source signs; its others are retired and only verify. */
export interface KeyRing {
  /** `v1,<kid>,<base64>`: HMAC-SHA256 over the exact bytes. Throws SigningKeyError when no key may sign for the source. */
  sign(source: string, body: string | Uint8Array): string;
  verify(header: string | undefined, source: string, body: string | Uint8Array): Verdict;
  canSign(source: string): boolean;
}

/** No message ever holds key material. `faults` are those of EVENT_SIGNING_KEYS, when it was read. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
  readonly faults: readonly string[];

  constructor(message: string, faults: readonly string[] = []) {
    super(message);
    this.faults = faults;
  }
}

interface Key {
  readonly kid: string;
  readonly source: string;
  readonly secret: Buffer;
}

const leastBytes = 32;

/** Reads EVENT_SIGNING_KEYS: `kid:source:base64`, several separated by commas. Throws SigningKeyError naming every fault. */
export function parseKeys(text: string): KeyRing {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  const keys = entries.map(parseKey);
  const faults = [...(entries.length === 0 ? ['there is no key'] : []), ...keys.flatMap(faultsOf), ...repeated(keys)];
  if (faults.length > 0) {
    const named = faults.map((fault) => `EVENT_SIGNING_KEYS: ${fault}`);
    throw new SigningKeyError(`signing keys can’t be used: ${faults.join('; ')}`, named);
  }
  return keyRing(keys);
}

function parseKey(entry: string): Key {
  const [kid = '', source = '', secret = ''] = entry.split(':');
  return { kid, source, secret: Buffer.from(secret, 'base64') };
}

function faultsOf({ kid, source, secret }: Key, index: number): string[] {
  const name = `key ${index + 1}`;
  return [
    ...(/^[A-Za-z0-9._-]{1,64}$/.test(kid) ? [] : [`${name} has no usable id`]),
    ...(/^\/[a-z]+(\/[a-z-]+)*$/.test(source) ? [] : [`${name} names no source such as /services/orders`]),
    ...(secret.length >= leastBytes ? [] : [`${name} has fewer than ${leastBytes} bytes`]),
  ];
}

function repeated(keys: readonly Key[]): string[] {
  const ids = keys.map(({ kid }) => kid);
  return [...new Set(ids.filter((kid, index) => kid !== '' && ids.indexOf(kid) !== index))].map(
    (kid) => `key id ${kid} is used twice`,
  );
}

function keyRing(keys: readonly Key[]): KeyRing {
  const byId = new Map(keys.map((key) => [key.kid, key]));
  const signer = (source: string) => keys.find((key) => key.source === source);
  return {
    canSign: (source) => signer(source) !== undefined,
    sign(source, body) {
      const key = signer(source);
      if (!key) throw new SigningKeyError(`there is no key that signs for ${source}`);
      return `v1,${key.kid},${digest(key, body).toString('base64')}`;
    },
    verify(header, source, body) {
      if (header === undefined || header === '') return 'unsigned';
      const [, kid = '', mac = ''] = /^v1,([A-Za-z0-9._-]{1,64}),([A-Za-z0-9+/]{43}=)$/.exec(header) ?? [];
      if (!mac) return 'malformed';
      const key = byId.get(kid);
      if (!key) return 'unknown-key';
      if (key.source !== source) return 'wrong-source';
      return timingSafeEqual(digest(key, body), Buffer.from(mac, 'base64')) ? 'ok' : 'bad';
    },
  };
}

function digest({ secret }: Key, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(body).digest();
}
