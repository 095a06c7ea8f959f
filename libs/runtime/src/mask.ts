const maskedKeys =
  /authorization|cookie|passw|secret|token|api[-_]?key|signing[-_]?key|private[-_]?key|credential|card|cvv|cvc|e-?mail|phone|shippingAddress|deliveryAddress|ipAddress|postalCode/i;
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
  const bounded = text.length > maxText ? `${text.slice(0, maxText)}… (${text.length} characters)` : text;
  return bounded
    .replace(urlCredentials, '$1(credentials)@')
    .replace(jsonWebToken, '(token)')
    .replace(authorizationValue, '$1 (token)')
    .replace(assignedSecret, '$1(masked)')
    .replace(mailAddress, '(e-mail)')
    .replace(digitRun, (run) => (holdsCardNumber(run) ? '(card)' : run));
}

const urlCredentials = /\b([a-z][a-z\d+.-]{1,20}:\/\/)[^\s/@"']{1,512}@/gi;
const jsonWebToken = /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g;
const authorizationValue = /\b(Bearer|Basic)\s+[\w.~+/-]{8,}=*/gi;
const assignedSecret =
  /((?:secret|password|passwd|token|api[-_]?key)\w{0,32}(?:=|"\s{0,4}:\s{0,4}"))[^\s"&;,]{1,512}/gi;
const mailAddress =
  /(?:"[^"\n]{1,64}"|[\p{L}\p{N}.!#$%&'*+=?^_{|}~-]{1,64})(?:@|%40)(?:[\p{L}\p{N}-]{1,63}\.){1,8}[\p{L}]{2,63}/giu;
// Not within a UUID or another hexadecimal id: those hold long runs of digits by chance.
const digitRun = /(?<!\d|\b[\da-f-]{1,40})\d(?:[ -]?\d){12,40}(?![\da-f]|-[\da-f])/gi;

/** True when some whole groups of digits together have a card's length, first digit and check digit (Luhn). */
export function holdsCardNumber(run: string): boolean {
  const groups = run.split(/[ -]/);
  return groups.some((_, from) =>
    groups.some((_group, to) => to >= from && isCardNumber(groups.slice(from, to + 1).join(''))),
  );
}

function isCardNumber(digits: string): boolean {
  if (!/^[2-6]\d{12,18}$/.test(digits)) return false;
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = place % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

function copy(value: unknown, depth: number, above: Set<object>): unknown {
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

function copyObject(value: object, depth: number, above: Set<object>): unknown {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(no date)' : value.toISOString();
  if (value instanceof Error) return copyError(value, depth, above);
  if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
  if (value instanceof Map) return copyObject(Object.fromEntries(value), depth, above);
  if (value instanceof Set || Array.isArray(value)) {
    return [...value].slice(0, maxItems).map((item) => copy(item, depth, above));
  }
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, maxItems)
      .map(([key, item]) => [maskText(key), isMaskedKey(key, item) ? '(masked)' : copy(item, depth, above)]),
  );
}

function copyError(error: Error, depth: number, above: Set<object>): unknown {
  const { name, message, stack, cause, ...rest } = error;
  const errors = error instanceof AggregateError ? { errors: error.errors } : {};
  const plain = { name, message, ...rest, ...errors, stack, ...(cause === undefined ? {} : { cause }) };
  return copyObject(plain, depth, above);
}

function isMaskedKey(key: string, item: unknown): boolean {
  return maskedKeys.test(key) && item !== undefined && item !== null && typeof item !== 'boolean';
}

function maskNumber(value: number | bigint): unknown {
  const text = String(value);
  const masked = maskText(text);
  return masked === text && typeof value === 'number' ? value : masked;
}
