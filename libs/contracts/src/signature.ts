import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

export type Verdict = 'ok' | 'unsigned' | 'malformed' | 'unknown-key' | 'wrong-source' | 'bad';

/** Signing keys by source. The first key of a source signs; its others are retired and only verify. */
export interface KeyRing {
  /** `v1,<kid>,<base64>`: HMAC-SHA256 over the exact bytes. Throws SigningKeyError when no key may sign for the source. */
  sign(source: string, body: string | Uint8Array): string;
  verify(header: string | undefined, source: string, body: string | Uint8Array): Verdict;
  canSign(source: string): boolean;
}

/** Its message never contains key material. `faults` lists the faults of EVENT_SIGNING_KEYS when it was read. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
  readonly faults: readonly string[];

  constructor(message: string, faults: readonly string[] = []) {
    super(message);
    this.faults = faults;
  }
}

interface Entry {
  readonly kid: string;
  readonly source: string;
  readonly secret: string;
  /** Parts beyond the three; a stray colon must not cut a key short unnoticed. */
  readonly rest: readonly string[];
}

interface Key {
  readonly kid: string;
  readonly source: string;
  // A KeyObject: never printed, not even when the key ring is dumped.
  readonly secret: KeyObject;
}

const leastBytes = 32;

/** Reads EVENT_SIGNING_KEYS: `kid:source:base64`, several separated by commas. Throws SigningKeyError naming every fault. */
export function parseKeys(text: string): KeyRing {
  const entries = text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  const faults = [...(entries.length === 0 ? ['it has no key'] : []), ...entries.flatMap(faultsOf)];
  if (faults.length > 0) {
    const named = faults.map((fault) => `EVENT_SIGNING_KEYS: ${fault}`);
    throw new SigningKeyError(`the signing keys can’t be used: ${faults.join('; ')}`, named);
  }
  return keyRing(
    entries.map(({ kid, source, secret }) => ({ kid, source, secret: createSecretKey(secret, 'base64') })),
  );
}

function parseEntry(entry: string): Entry {
  const [kid = '', source = '', secret = '', ...rest] = entry.split(':');
  return { kid, source, secret, rest };
}

// Faults are named by position: a text in a wrong place may be a secret.
function faultsOf({ kid, source, secret, rest }: Entry, index: number, all: readonly Entry[]): string[] {
  const name = `key ${index + 1}`;
  const earlier = all.findIndex((entry) => entry.kid === kid);
  return [
    ...(rest.length === 0 ? [] : [`${name} has more than kid:source:base64`]),
    ...(/^[A-Za-z0-9._-]{1,64}$/.test(kid) ? [] : [`${name} has no usable id`]),
    ...(kid === '' || earlier === index ? [] : [`${name} has the id of key ${earlier + 1}`]),
    ...(/^\/[a-z]+(\/[a-z-]+)*$/.test(source) ? [] : [`${name} names no source such as /services/orders`]),
    ...secretFaults(secret, name),
  ];
}

// Node skips what is not base64, so a damaged key would be a shorter or another one.
function secretFaults(secret: string, name: string): string[] {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(secret)) return [`${name} is not base64`];
  return Buffer.from(secret, 'base64').length >= leastBytes ? [] : [`${name} has fewer than ${leastBytes} bytes`];
}

function keyRing(keys: readonly Key[]): KeyRing {
  const byId = new Map(keys.map((key) => [key.kid, key]));
  const signer = (source: string) => keys.find((key) => key.source === source);
  return {
    canSign: (source) => signer(source) !== undefined,
    sign(source, body) {
      const key = signer(source);
      if (!key) throw new SigningKeyError(`no key signs for ${source}: add one to EVENT_SIGNING_KEYS`);
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
