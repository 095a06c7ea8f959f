import { type CloudEvent, eventIdentity, type Order, type Refund } from '@order-events/contracts';
import { v5 as uuidV5 } from 'uuid';

/** Money and dates as they are on the wire; they become text only when the reader is known. */
export type Facts = Confirmation | Cancellation;

export interface Confirmation {
  readonly kind: 'confirmation';
  readonly orderNumber: string;
  readonly items: readonly { readonly name: string; readonly quantity: number; readonly lineTotal: number }[];
  readonly totalAmount: number;
  readonly currency: string;
  readonly estimatedDelivery?: string;
}

export interface Cancellation {
  readonly kind: 'cancellation';
  readonly orderNumber: string;
  readonly refund: Refund;
  /** A code of a cancellation; a newer code has no text here yet. */
  readonly code?: string;
}

export function confirmationOf({ orderNumber, items, totalAmount, currency, estimatedDelivery }: Order): Confirmation {
  return {
    kind: 'confirmation',
    orderNumber,
    items: items.map(({ name, quantity, lineTotal }) => ({ name, quantity, lineTotal })),
    totalAmount,
    currency,
    ...(estimatedDelivery !== undefined && { estimatedDelivery }),
  };
}

export function cancellationOf({ orderNumber, cancellation }: Order, refund: Refund): Cancellation {
  return { kind: 'cancellation', orderNumber, refund, ...(cancellation && { code: cancellation.code }) };
}

const namespace = '0f7c1b3e-54c7-4c6f-9a35-8f9a0d4c2b61';

/** The id of the mail of this event and kind: one for ever. */
export function mailIdOf(event: CloudEvent, kind: Facts['kind']): string {
  return uuidV5(`${eventIdentity(event)} ${kind}`, namespace);
}
