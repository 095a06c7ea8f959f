/** A dead letter may contain anything, of any size and depth: everything shown of it is bounded. */
export const MOST_BODY_BYTES = 64 * 1024;
const MOST_DEPTH = 100;
const MOST_TEXT = 1_024;
const MOST_ENTRIES = 64;
const MOST_LABEL_DEPTH = 8;
const MOST_LABELS = 16 * 1024;

/** Why a body is not shown as JSON. */
export type Omitted = 'not-utf-8' | 'not-json' | 'too-large' | 'too-deep' | 'page-full';

/** A body as JSON, every number as it was written; null with the reason where it can't be shown so. */
export function jsonOf(body: Buffer): { readonly event: unknown; readonly eventOmitted?: Omitted } {
  const omitted = (eventOmitted: Omitted) => ({ event: null, eventOmitted });
  if (body.length > MOST_BODY_BYTES) return omitted('too-large');
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return omitted('not-utf-8');
  }
  if (depthOf(text) > MOST_DEPTH) return omitted('too-deep');
  try {
    return { event: JSON.parse(text, asWritten) };
  } catch {
    return omitted('not-json');
  }
}

/** Text of at most `most` characters; a longer one is cut, with its length. */
export function shownText(text: string, most = MOST_TEXT): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most).toWellFormed()}… (${text.length} characters)`;
}

/** Labels and headers: AMQP allows bytes, nested tables and any number of them. */
export function shownValue(value: unknown): unknown {
  let room = MOST_LABELS;
  const show = (each: unknown, depth: number): unknown => {
    if (room <= 0 || depth > MOST_LABEL_DEPTH) return '…';
    if (Buffer.isBuffer(each)) return show(`base64:${each.toString('base64', 0, MOST_TEXT)}`, depth);
    if (typeof each === 'bigint') return String(each);
    if (typeof each === 'string') {
      room -= Math.min(each.length, MOST_TEXT);
      return shownText(each);
    }
    if (typeof each !== 'object' || each === null) return each;
    room -= 8;
    if (Array.isArray(each))
      return cut(
        each,
        (kept) => kept.map((one) => show(one, depth + 1)),
        (more) => [more],
      );
    return Object.fromEntries(
      cut(
        Object.entries(each),
        (kept) => kept.map(([name, one]) => [shownText(name, 128), show(one, depth + 1)]),
        (more) => [['…', more]],
      ),
    );
  };
  return show(value, 0);
}

function cut<T, U>(all: readonly T[], show: (kept: readonly T[]) => U[], note: (more: string) => U[]): U[] {
  const kept = show(all.slice(0, MOST_ENTRIES));
  return all.length > MOST_ENTRIES ? [...kept, ...note(`… (${all.length - MOST_ENTRIES} more)`)] : kept;
}

// As JavaScript numbers, values beyond 2⁵³ would be rounded, and 1e400 would become null.
function asWritten(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  return typeof value === 'number' && source !== undefined && source !== String(value) ? rawJson(source) : value;
}
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

function depthOf(text: string): number {
  let [depth, deepest, inString] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const char = text[at];
    if (inString && char === '\\') at++;
    else if (char === '"') inString = !inString;
    else if (!inString && (char === '{' || char === '[')) deepest = Math.max(deepest, ++depth);
    else if (!inString && (char === '}' || char === ']')) depth--;
  }
  return deepest;
}
