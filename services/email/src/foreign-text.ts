/** Twice the code points of the longest name, so that an accepted name is never cut. In UTF-16 units. */
const longest = 400;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Text of other people in one line: no line breaks, which could begin a header or a line of the mail, no control characters,
 * and none that change the reading direction. A text that is too long is cut between grapheme clusters, with an ellipsis.
 */
export function oneLine(text: string): string {
  const line = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
  if (line.length <= longest) return line;
  let end = 0;
  for (const { index, segment } of characters.segment(line.slice(0, 2 * longest))) {
    if (index + segment.length > longest) break;
    end = index + segment.length;
  }
  return `${line.slice(0, end)}…`;
}

/** Whether the text reads from right to left, even in part. Other text gets no isolates: some clients show them as boxes. */
export function readsFromTheRight(text: string): boolean {
  return rightToLeft.test(text);
}

/**
 * For the body of a mail, where clients turn text that looks like a web or mail address into a link. A zero-width non-joiner
 * on both sides of each mark of an address prevents that; the text reads the same.
 */
export function withoutLinks(text: string): string {
  const line = oneLine(text);
  if (!address.test(line)) return line;
  return line.replace(/(?<=\S)[.:@/\\。．｡＠：／](?=\S)/gu, '\u200c$&\u200c');
}

// A domain's dot, the marks of a scheme or a path, a mailbox. “Lamp 2.0” and “3/4 inch” stay unchanged.
const address = /[.。．｡]\p{L}|\p{L}[:：]\S|[:：/\\／]{2}|\S[@＠]\S/u;

// The blocks that Unicode keeps for such scripts, and its mark.
const rightToLeft = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
