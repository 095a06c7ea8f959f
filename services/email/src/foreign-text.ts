/** Twice the code points of the longest name: what came through a door is never cut. In UTF-16 units. */
const longest = 400;
const characters = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * Other people's text in one line: no line breaks to begin a header or a line of ours, no control characters, none that turn the
 * reading direction. What is too long ends before a whole character (a grapheme cluster), with an ellipsis.
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

/** Whether it reads from right to left, even in part. All else is left bare: some clients show isolates as boxes. */
export function readsFromTheRight(text: string): boolean {
  return rightToLeft.test(text);
}

/**
 * For the body of a mail, where clients make links of what looks like an address of the web or of mail. With a zero-width
 * non-joiner on both sides of each mark that an address needs, it reads the same and is none.
 */
export function withoutLinks(text: string): string {
  const line = oneLine(text);
  if (!address.test(line)) return line;
  return line.replace(/(?<=\S)[.:@/\\。．｡＠：／](?=\S)/gu, '\u200c$&\u200c');
}

// A domain's dot, the marks of a scheme or a path, a mailbox. “Lamp 2.0” and “3/4 inch” are left as they are.
const address = /[.。．｡]\p{L}|\p{L}[:：]\S|[:：/\\／]{2}|\S[@＠]\S/u;

// The blocks that Unicode keeps for such scripts, and its mark.
const rightToLeft = /[\u0590-\u08ff\u200f\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
