import { plainText } from './plain-text.ts';

/**
 * Whether the sub of a person's token says who or where the person is: an e-mail address, in whatever spelling, or a phone
 * number. A number without any sign of a telephone is taken for an id. A name can't be told from a pseudonym.
 */
export function looksPersonal(sub: string): boolean {
  const text = plainText(sub.replace(escaped, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))));
  return text.includes('@') || isPhone(text.replace(/\p{Pd}/gu, '-'));
}

// An ASCII character as in an URL, also escaped more than once (%40, %2540).
const escaped = /%(?:25)*([0-7][\da-f])/gi;

// An international number stands alone or behind a prefix (`sms|+49…`); in the middle of letters it is chance.
const international = /(?<![a-z\d])\+[\d()./-]{6,24}(?![a-z\d])|^00[1-9]\d{8,12}$/i;
const dialled = /^(tel|sms|callto|whatsapp):/i;
const grouped = /^[\d()./-]+$/;

function isPhone(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  if (digits < 7 || digits > 15) return false;
  if (international.test(text) || dialled.test(text)) return true;
  const separators = text.match(/[./-]|\(\d+\)/g)?.length ?? 0;
  // 555-123-4567, (030)1234567 or 030/1234567, but not 2026-0000123.
  return grouped.test(text) && (separators >= 2 || (separators === 1 && /^[(0]/.test(text)));
}
