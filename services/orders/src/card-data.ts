import { CardDataRefusedError, holdsCardNumber, looksLikeCard } from '@order-events/runtime';
import type { RequestHandler } from 'express';

/** No card number gets past this: not into the store, an event or a log line, wherever in a body a person typed it. */
export const refuseCardData: RequestHandler = (req, _res, next) => {
  if (holdsCardData(req.body)) throw new CardDataRefusedError();
  next();
};

/** Fields with a form of their own, in which long numbers are at home: a product's EAN, a parcel's number, an amount. */
const typed = new Set(['productId', 'quantity', 'trackingNumber', 'status', 'amount', 'currency', 'country']);

export function holdsCardData(value: unknown, name = ''): boolean {
  if (typed.has(name) && typeof value !== 'object') return false;
  const holdsCard = name === 'paymentToken' ? looksLikeCard : holdsCardNumber;
  if (typeof value === 'string') return holdsCard(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && holdsCard(String(value));
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, each]) => holdsCardNumber(key) || holdsCardData(each, key));
}
