import { CardDataRefusedError, holdsCardNumber, looksLikeCard } from '@order-events/runtime';
import type { RequestHandler } from 'express';

/** Refuses a body with a card number in any text, so that none reaches the store, an event or a log line. */
export const refuseCardData: RequestHandler = (req, _res, next) => {
  if (holdsCardData(req.body)) throw new CardDataRefusedError();
  next();
};

/** Fields with a format of their own that may hold long numbers: a product's EAN, a tracking number, an amount. */
const typed = new Set(['productId', 'quantity', 'trackingNumber', 'status', 'amount', 'currency', 'country']);

export function holdsCardData(value: unknown, name = ''): boolean {
  if (typed.has(name) && typeof value !== 'object') return false;
  const holdsCard = name === 'paymentToken' ? looksLikeCard : holdsCardNumber;
  if (typeof value === 'string') return holdsCard(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && holdsCard(String(value));
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, each]) => holdsCardNumber(key) || holdsCardData(each, key));
}
