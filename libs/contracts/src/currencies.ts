/**
 * The currencies a price can be in, by the number of digits of their minor unit. Source: ISO 4217 list one ("Current currency &
 * funds code list") as published on 2026-01-01, column `CcyMnrUnts`. Never taken from `Intl`: its digits are for display, change
 * with Node, and differ (HUF 0, ISO 2). Codes without a minor unit (gold, testing, none …) are no currency of a price.
 */
const byDigits: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU
CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR
KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK
PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD
USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

const digits: ReadonlyMap<string, number> = new Map(
  Object.entries(byDigits).flatMap(([count, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(count)]),
  ),
);

/** Every code of the list, in alphabetical order. */
export const currencyCodes: readonly string[] = [...digits.keys()].sort();

/** Digits of the minor unit: EUR 2, JPY 0, KWD 3; undefined when a price can't be in it. */
export function minorUnitDigits(code: string): number | undefined {
  return digits.get(code);
}

/** Whether a price can be in this currency. */
export function isCurrency(code: string): boolean {
  return digits.has(code);
}
