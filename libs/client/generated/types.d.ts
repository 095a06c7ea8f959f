import type { LowStock, SealedOrder } from './schemas.js';
export type { LowStock, Status } from './schemas.js';
export { statusLabels } from './schemas.js';
/** `country` is a code of ISO 3166-1; `city` is optional where the country has none. */ export interface Address {
    readonly name?: string;
    readonly line1: string;
    readonly line2?: string;
    readonly city?: string;
    readonly region?: string;
    readonly postalCode?: string;
    readonly country: string;
}
export interface NewOrder {
    readonly items: readonly {
        readonly productId: string;
        readonly quantity: number;
    }[];
    /** 'card' */ readonly paymentMethod: string;
    /** A token of the payment provider; never a card number. */ readonly paymentToken: string;
    readonly shippingAddress: Address;
    /** The total that the buyer saw: refused (409 `total-differs`) when the order costs something else. */ readonly expectedTotal?: {
        readonly amount: number;
        readonly currency: string;
    };
}
type PlainOrder = Omit<SealedOrder, 'shippingAddress' | 'cancellation'>;
/** An order as its owner, or an admin, reads it. Amounts are in minor units (cents) of `currency`, times RFC 3339 in UTC. */ export interface Order extends PlainOrder {
    /** Null once its owner was erased. */ readonly shippingAddress: Address | null;
    readonly cancellation?: {
        readonly code: string;
        readonly reason: string | null;
        readonly by: string;
    };
}
/** An order in a live message: without its address and the reason of a cancel. */ export interface LiveOrder extends PlainOrder {
    readonly cancellation?: {
        readonly code: string;
        readonly by: string;
    };
}
export interface OrderPage {
    readonly items: readonly Order[];
    /** Null on the last page. */ readonly nextCursor: string | null;
}
export interface HistoryEntry {
    readonly eventId: string;
    /** 'order:created' */ readonly eventType: string;
    readonly eventVersion: string;
    readonly orderId: string;
    readonly userId: string;
    readonly payload: Readonly<Record<string, unknown>>;
    readonly metadata: {
        readonly timestamp: string;
        readonly triggeredBy: string;
        readonly [name: string]: unknown;
    };
}
/** All events of an order, newest first. */ export interface History {
    readonly events: readonly HistoryEntry[];
    readonly count: number;
}
interface LiveMessage {
    /** For people: 'Your order #N has been created!' */ readonly message: string;
    readonly timestamp: string;
    readonly cursor: string;
}
/** A message of `watch()`, by `event`. */ export type Message = (LiveMessage & {
    readonly event: 'order:created' | 'order:updated' | 'order:cancelled' | 'order:completed';
    readonly order: LiveOrder;
}) | (LiveMessage & {
    readonly event: 'order:status_changed';
    readonly order: LiveOrder;
    readonly oldStatus: SealedOrder['status'];
    readonly newStatus: SealedOrder['status'];
    readonly oldStatusLabel: string;
    readonly newStatusLabel: string;
}) | (LiveMessage & {
    readonly event: 'inventory:low_stock';
    readonly product: LowStock;
}) | {
    readonly event: 'cursor:expired';
    readonly cursor: string;
};
