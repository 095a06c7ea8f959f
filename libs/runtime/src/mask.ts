import { groupsHoldCard, idOrDigits } from './card-number.ts';

const maxText = 8_192;
const maxDepth = 8;
const maxItems = 100;

/**
 * A copy fit for logs: plain JSON values, bounded, without e-mail addresses, tokens, card-like numbers, credentials in
 * URLs, and without whatever stands under a name that says it is secret or personal. Never throws.
 */
export function mask(value: unknown): unknown {
  return copy(value, 0, new Set());
}

/** The same for one string. */
export function maskText(text: string): string {
  return maskId(text).replace(idOrDigits, (found, digits?: string) =>
    digits && groupsHoldCard(digits) ? '(card)' : found,
  );
}

// Some ids are numbers that look like a card's.
function maskId(text: string): string {
  const bounded = text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
  const withoutSecrets = bounded
    .replace(urlCredentials, '$1(credentials)@')
    .replace(jsonWebToken, '(token)')
    .replace(authorizationValue, '$1 (token)')
    .replace(assignedSecret, '$1(masked)');
  return /@|%40/.test(withoutSecrets) ? withoutSecrets.replace(mailAddress, '(e-mail)') : withoutSecrets;
}

const urlCredentials = /\b([a-z][a-z\d+.-]{1,20}:\/\/)[^\s/@"']{1,512}@/gi;
const jsonWebToken = /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g;
const authorizationValue = /\b(Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi;
const assignedSecret =
  /((?:secret|password|passwd|token|api[-_]?key)\w{0,32}(?:=|"\s{0,4}:\s{0,4}"))[^\s"&;,]{1,512}/gi;
const mailAddress =
  /(?:"[^"\n]{1,64}"|[\p{L}\p{N}.!#$%&'*+=?^_{|}~-]{1,64})(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,63}/giu;
const maskedWords =
  /(?:^|-)(?:authorization|cookies?|passwords?|passwd|pwd|secrets?|tokens?|credentials?|cards?|pan|cvv|cvc|emails?|phones?|(?:api|signing|private)-keys?|(?:shipping|delivery|ip)-address|postal-code)(?:-|$)/;

const idWords = /(?:^|-)(?:ids?|(?:order|tracking)-number)$/;

function isMaskedKey(words: string, item: unknown): boolean {
  return item !== undefined && item !== null && typeof item !== 'boolean' && maskedWords.test(words);
}

function wordsOf(key: string): string {
  const words = key.replace(/([a-z\d])([A-Z])/g, '$1-$2').replace(/[_.\s]/g, '-');
  return words.toLowerCase();
}

function copy(value: unknown, depth: number, above: ReadonlySet<object>): unknown {
  if (typeof value === 'string') return maskText(value);
  if (typeof value === 'bigint' || (typeof value === 'number' && value > 1e12)) return maskNumber(value);
  if (typeof value === 'symbol' || typeof value === 'function') return `(${typeof value})`;
  if (typeof value !== 'object' || value === null) return value;
  if (above.has(value)) return '(circular)';
  if (depth >= maxDepth) return '(nested too deep)';
  try {
    return copyObject(value, depth + 1, new Set(above).add(value));
  } catch {
    return '(unreadable)';
  }
}

function copyObject(value: object, depth: number, above: ReadonlySet<object>): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(no date)' : value.toISOString();
  if (value instanceof URL) return maskText(value.href);
  if (value instanceof Error) return copyEntries(errorEntries(value), depth, above);
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (value instanceof Set || Array.isArray(value)) {
    return [...value].slice(0, maxItems).map((item) => copy(item, depth, above));
  }
  const entries = value instanceof Map ? [...value].map(([key, item]) => [String(key), item]) : Object.entries(value);
  return copyEntries(entries as [string, unknown][], depth, above);
}

function copyEntries(entries: readonly [string, unknown][], depth: number, above: ReadonlySet<object>): unknown {
  const copyNamed = (key: string, item: unknown) => {
    const words = wordsOf(key);
    if (isMaskedKey(words, item)) return '(masked)';
    return idWords.test(words) ? copyIds(item, depth, above) : copy(item, depth, above);
  };
  return Object.fromEntries(entries.slice(0, maxItems).map(([key, item]) => [maskText(key), copyNamed(key, item)]));
}

function copyIds(value: unknown, depth: number, above: ReadonlySet<object>): unknown {
  if (typeof value === 'string') return maskId(value);
  if (!Array.isArray(value)) return copy(value, depth, above);
  return value.slice(0, maxItems).map((item) => (typeof item === 'string' ? maskId(item) : copy(item, depth, above)));
}

// What an error says of itself isn't enumerable.
function errorEntries(error: Error): [string, unknown][] {
  const { name, message, stack, cause } = error;
  const errors = error instanceof AggregateError ? error.errors : undefined;
  return Object.entries({ name, message, ...(error as object), cause, errors, stack }).filter(
    ([, item]) => item !== undefined,
  );
}

function maskNumber(value: number | bigint): unknown {
  const text = String(value);
  const masked = maskText(text);
  return masked === text && typeof value === 'number' ? value : masked;
}
