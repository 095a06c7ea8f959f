import type { Options } from 'amqplib';

const LABEL_BYTES = 255;
/** For labels and headers: the client writes a table in a buffer of 64 KiB, and the broker adds headers of its own. */
const ROOM_BYTES = 56 * 1024;
/** A bound for the stack of whoever writes or reads a table. */
const DEPTH = 64;
const LEFT_OUT_CHARACTERS = 256;

/**
 * The labels and headers of a copy that can be written. AMQP’s client reads more than it writes: a timestamp of 2⁶⁴−1,
 * text whose invalid bytes grow when they are decoded, numbers, tables. The rest is left out, and the header `left-out`
 * names it. Of headers that are too large together, the first ones are kept.
 */
export function carriable({ headers = {}, ...labels }: Options.Publish): Options.Publish {
  const leftOut: string[] = [];
  let room = ROOM_BYTES;
  const fits = (name: string, bytes: number) => {
    const fit = bytes <= room;
    if (fit) room -= bytes;
    else leftOut.push(name);
    return fit;
  };
  const kept = given(labels).filter(([name, value]) => fits(name, labelBytes(name, value)));
  const carried = given(headers).filter(([name, value]) => fits(name, entryBytes(name, value)));
  const told = leftOut.length > 0 && { 'left-out': leftOut.join(', ').slice(0, LEFT_OUT_CHARACTERS) };
  return { ...Object.fromEntries(kept), headers: { ...Object.fromEntries(carried), ...told } };
}

const given = (values: object) =>
  Object.entries(values as Record<string, unknown>).filter(([, value]) => value !== undefined);

/** A routing key that can be written: what was longer is nobody's key. */
export function carriableKey(key: string): string {
  const bytes = Buffer.from(key);
  // A character that is cut in two would grow again.
  return bytes.length <= LABEL_BYTES
    ? key
    : bytes
        .subarray(0, LABEL_BYTES)
        .toString('utf8')
        .replace(/\uFFFD+$/, '');
}

/** Infinite for what can't be written. */
function labelBytes(name: string, value: unknown): number {
  if (name === 'timestamp') return isTime(value) ? 8 : Number.POSITIVE_INFINITY;
  return typeof value === 'string' ? shortBytes(value) : Number.POSITIVE_INFINITY;
}

// Beyond this the number that was read isn't the one that was sent.
const isTime = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

function shortBytes(text: string): number {
  const bytes = Buffer.byteLength(text);
  return bytes <= LABEL_BYTES ? 1 + bytes : Number.POSITIVE_INFINITY;
}

const entryBytes = (name: string, value: unknown, depth = 0): number => shortBytes(name) + valueBytes(value, depth);

function valueBytes(value: unknown, depth: number): number {
  switch (typeof value) {
    case 'string':
      return 5 + Buffer.byteLength(value);
    case 'boolean':
      return 2;
    case 'number':
      return isWritable(value) ? 9 : Number.POSITIVE_INFINITY;
    case 'object':
      return value === null ? 1 : objectBytes(value, depth + 1);
    default:
      return Number.POSITIVE_INFINITY;
  }
}

// The client writes whole numbers in 64 bits, and large fractions as if they were whole.
const isWritable = (value: number) =>
  Number.isInteger(value) ? value >= -(2 ** 63) : Math.abs(value) < 2 ** 50 || value === Number.POSITIVE_INFINITY;

function objectBytes(value: object, depth: number): number {
  if (depth > DEPTH) return Number.POSITIVE_INFINITY;
  if (Buffer.isBuffer(value)) return 5 + value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + valueBytes(each, depth), 5);
  if (Object.hasOwn(value, '!')) return typedBytes(value as Typed);
  let sum = 5;
  // As the client does it: also what a table of that name has put there as its prototype.
  for (const name in value) {
    const each = (value as Record<string, unknown>)[name];
    if (each !== undefined) sum += entryBytes(name, each, depth);
  }
  return sum;
}

interface Typed {
  readonly '!': unknown;
  readonly value?: unknown;
}

/** The client’s form of the two types that JavaScript lacks; a table with such a name is taken for one. */
function typedBytes({ '!': type, value }: Typed): number {
  if (type === 'timestamp') return isTime(value) ? 9 : Number.POSITIVE_INFINITY;
  const { places, digits } = (value ?? {}) as { places?: unknown; digits?: unknown };
  const isDecimal = type === 'decimal' && isUpTo(places, 0xff) && isUpTo(digits, 0xffff_ffff);
  return isDecimal ? 6 : Number.POSITIVE_INFINITY;
}

const isUpTo = (value: unknown, most: number) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= most;
