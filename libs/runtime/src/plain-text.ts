/**
 * A text as a person reads it: in compatibility form (NFKC), with digits of any script as 0 to 9, and without what shows
 * nothing (zero-width spaces, marks of direction, variation selectors). Only for looking at a text, never for keeping it.
 */
export function plainText(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/\p{DI}/gu, '')
    .replace(/(?!\d)\p{Nd}/gu, digitOf);
}

// The digits of a script follow each other, from 0 to 9 (Unicode, chapter 4.6).
function digitOf(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  let before = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - before - 1))) before++;
  return String(before % 10);
}
