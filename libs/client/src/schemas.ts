// Written by npm run generate from libs/contracts; changes here are lost.

/** What an order has come to, as numbers on the wire, with their labels. */
export const statusLabels: Readonly<Record<Status, string>> = {
  0: 'Pending',
  1: 'Confirmed',
  2: 'Processing',
  3: 'Shipped',
  4: 'Delivered',
  5: 'Cancelled',
};
export type Status = SealedOrder['status'];

/** An order as events carry it: the address and a person's words are sealed. */
export interface SealedOrder {
  readonly id: string;
  readonly orderNumber: string;
  readonly userId: string;
  readonly status: 0 | 1 | 2 | 3 | 4 | 5;
  readonly statusLabel: string;
  readonly items: readonly {
    readonly productId: string;
    readonly name: string;
    readonly quantity: number;
    /** minor units (cents) of the currency beside it */
    readonly unitPrice: number;
    /** minor units (cents) of the currency beside it */
    readonly lineTotal: number;
  }[];
  /** minor units (cents) of the currency beside it */
  readonly totalAmount: number;
  readonly currency: string;
  readonly shippingAddress: string;
  readonly paymentMethod: string;
  readonly trackingNumber?: string;
  readonly shippingCarrier?: string;
  readonly estimatedDelivery?: string;
  readonly cancellation?: {
    readonly code: string;
    readonly reason: string;
    readonly by: 'user' | 'system' | 'admin';
  };
  readonly createdAt: string;
  readonly updatedAt: string;
  /** the `sequence` of the event */
  readonly version: number;
}

/** A product that is low on stock. */
export interface LowStock {
  readonly id: string;
  readonly name: string;
  readonly available: number;
  readonly lowStockAt: number;
}
