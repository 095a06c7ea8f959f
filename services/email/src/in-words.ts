import { type cancellationCodes, minorUnitDigits } from '@order-events/contracts';

type CancellationCode = (typeof cancellationCodes)[number];

const reasons: Readonly<Record<CancellationCode, string>> = {
  'out-of-stock': 'something in it is out of stock',
  'product-unknown': 'something in it is no longer sold',
  'product-busy': 'something in it could not be reserved',
  'payment-declined': 'the payment was declined',
  'payment-failed': 'the payment could not be completed',
  refunded: 'the payment was given back',
  'shipment-failed': 'it could not be shipped',
  'customer-cancelled': 'as you asked',
  'admin-cancelled': 'our customer service cancelled it',
  'timed-out': 'it could not be completed in time',
};

/** The end of a sentence after a colon. A code newer than this service gets a general reason, so that the mail is sent. */
export function reasonInWords(code: string | undefined): string {
  return code !== undefined && Object.hasOwn(reasons, code)
    ? reasons[code as CancellationCode]
    : 'it could not be completed';
}

/** Texts are English, and so are numbers and dates: in the variety of the reader's region when the locale is English. */
export function localeFor(locale: string): string {
  try {
    const { language, region } = new Intl.Locale(locale);
    return language === 'en' && region ? `en-${region}` : 'en';
  } catch {
    return 'en';
  }
}

/** Minor units by ISO 4217's digits, in the reader's form: 9890 EUR is €98.90, 9890 JPY is ¥9,890, 250000 HUF is HUF 2,500.00. */
export function moneyInWords(amount: number, currency: string, locale: string): string {
  // Withdrawn currencies had two digits.
  const digits = minorUnitDigits(currency) ?? 2;
  const fixed = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  const format = new Intl.NumberFormat(locale, { style: 'currency', currency, ...fixed });
  // As a decimal string: a division would round large amounts.
  return format.format(`${amount}E-${digits}` as `${number}`);
}

export function dateInWords(time: string, locale: string): string {
  return new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(time));
}
