import Type, { type TString } from 'typebox';

/** `line` has no line breaks, `text` may. */
export type TypedText = 'line' | 'text';

/**
 * Text that a person types into a request: a name, a line of an address, a reason. The check tidies it in place: trimmed, in
 * NFC, without characters that change the reading direction. It must have a visible character, and no control characters.
 * `maxLength` counts characters (code points) of the tidied text.
 */
export function typedLine(maxLength: number): TString {
  return Type.String({ title: 'one line of visible text', typed: 'line', maxLength });
}

/** The same with line breaks and tabs. */
export function typedText(maxLength: number, minLength = 1): TString {
  return Type.String({ title: 'visible text', typed: 'text', minLength, maxLength });
}

// Characters without a picture, which mean nothing at an end of a text. Joiners and variation selectors may end an emoji or a word.
const blank =
  /[\s\u0085\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u2060-\u2064\u2800\u3164\ufeff\uffa0]/;
const turns = /[\u202a-\u202e\u2066-\u2069]/g;
const refused: Readonly<Record<TypedText, RegExp>> = {
  line: /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/u,
  text: /[[\p{Cc}\p{Cs}]--[\t\n\r]]/v,
};
const visible = /[[\p{L}\p{N}\p{P}\p{S}]--[\p{Default_Ignorable_Code_Point}\u2800\u{1d159}]]/v;

/** The text as it is stored. */
export function tidied(typed: string): string {
  return trimmed(typed.replace(turns, '')).normalize('NFC');
}

/** Whether a tidied text may be stored. */
export function isTyped(text: string, kind: TypedText): boolean {
  return visible.test(text) && !refused[kind].test(text);
}

// Without a pattern: one for the end of a text takes quadratic time in the number of blanks.
function trimmed(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && blank.test(text.charAt(start))) start++;
  while (end > start && blank.test(text.charAt(end - 1))) end--;
  return text.slice(start, end);
}
