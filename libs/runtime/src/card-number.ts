import { ServiceError } from './errors.ts';
import { plainText } from './plain-text.ts';

/**
 * Issuer prefixes with the lengths of their numbers, as the networks publish them under ISO/IEC 7812. Visa's 13 digits are
 * left out: no such card is valid any more, and an EAN or a phone number with its country code has as many.
 */
const issuers: readonly RegExp[] = [
  /^4\d{15}(?:\d{3})?$/, // Visa
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^3(?:0[0-5]|09|[689]\d)\d{11}(?:\d{2,5})?$/, // Diners Club
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^(?:60|62|64|65|81|82)\d{14,17}$/, // Discover, UnionPay, RuPay
  /^(?:5018|5020|5038|5893|6304|6759|676[1-3])\d{12,15}$/, // Maestro
  /^220[0-4]\d{12,15}$/, // Mir
];

/** Digits that an issuer may have given to a card: by prefix, length and check digit. */
export function isCardNumber(digits: string): boolean {
  return issuers.some((issuer) => issuer.test(digits)) && hasCheckDigit(digits);
}

/** True when a text holds what may be a card number, also in groups: what must be refused and never kept. */
export function holdsCardNumber(text: string): boolean {
  const spaced = plainText(text).replace(uuids, 'id').replace(separators, ' ');
  return [...spaced.matchAll(idOrDigits)].some(([, digits]) => digits !== undefined && groupsHoldCard(digits));
}

/** The same for a payment token, where a card is typed by mistake: one that is nothing but such a number is none, whoever's it is. */
export function looksLikeCard(token: string): boolean {
  const digits = token.replace(separators, '');
  return holdsCardNumber(token) || (/^\d{12,19}$/.test(digits) && hasCheckDigit(digits));
}

/**
 * Ids, and runs of digits (the one group) in groups of any size. UUIDs and other hexadecimal ids are stepped over as a
 * whole: they hold long runs of digits by chance.
 */
export const idOrDigits =
  /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b|\b(?=\d{0,128}[a-f])[\da-f]{17,128}\b|(?<!\d)(\d(?:[ -]?\d){12,40})(?!\d)/gi;

const uuids = /\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b/gi;
/** Blanks, dashes, dots and slashes in any number, and any one sign between two digits. */
const separators = /[\s.\-_/\p{Pd}]+|(?<=\d)[^\p{L}\p{N}](?=\d)/gu;

/** Whether some whole groups of digits are together a card number. */
export function groupsHoldCard(digits: string): boolean {
  const groups = digits.split(/[ -]/);
  return groups.some((_, from) => {
    let joined = '';
    for (let next = from; next < groups.length && joined.length <= 19; next++) {
      joined += groups[next];
      if (isCardNumber(joined)) return true;
    }
    return false;
  });
}

// Luhn.
function hasCheckDigit(digits: string): boolean {
  const sum = [...digits].reverse().reduce((total, digit, place) => {
    const doubled = place % 2 === 1 ? Number(digit) * 2 : Number(digit);
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
}

/** Says neither where nor what it was: the number must not travel any further. */
export class CardDataRefusedError extends ServiceError {
  constructor() {
    super('invalid', 'card-data-refused', 'this looks like a card number, which is kept nowhere: give a payment token');
  }
}

/** For what a person types and a service keeps. Throws CardDataRefusedError. */
export function refuseCardNumbers(...texts: readonly string[]): void {
  if (texts.some(holdsCardNumber)) throw new CardDataRefusedError();
}
