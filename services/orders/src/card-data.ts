import { holdsCardNumber } from '@order-events/runtime';
import type { RequestHandler } from 'express';
import { CardDataRefusedError } from './errors.ts';

/** No card number gets past this: not into the store, an event or a log line, wherever in a body it was put. */
export const refuseCardData: RequestHandler = (req, _res, next) => {
  if (holdsCardData(req.body)) throw new CardDataRefusedError();
  next();
};

export function holdsCardData(value: unknown): boolean {
  if (typeof value === 'string') return textHoldsCard(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && textHoldsCard(String(value));
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([name, each]) => textHoldsCard(name) || holdsCardData(each));
}

function textHoldsCard(text: string): boolean {
  if (uuid.test(text)) return false;
  const runs = text.replace(/[\s.\-_/\u2010-\u2015]+/g, ' ').match(/\d(?: ?\d){12,}/g) ?? [];
  return runs.some(holdsCardNumber);
}

// Ids hold long runs of digits by chance.
const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
