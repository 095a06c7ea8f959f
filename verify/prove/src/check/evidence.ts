import type { CloudEvent } from '@order-events/contracts';
import { type Document, openStore, type Store } from '@order-events/store';

/** What the services keep, as far as the checker reads it. */
export interface Order {
  readonly order: {
    readonly id: string;
    readonly userId: string;
    readonly status: number;
    readonly totalAmount: number;
    readonly items: readonly { readonly productId: string; readonly quantity: number }[];
  };
}
export interface Payment {
  readonly stage: string;
  readonly call?: object;
  readonly asked: boolean;
}
export interface Reservation {
  readonly status: string;
  readonly pending?: string;
  readonly lines: readonly { readonly productId: string; readonly quantity: number }[];
}
export interface Product {
  readonly available: number;
  readonly held: number;
  readonly sold: number;
  readonly lost: number;
  readonly shortage: number;
}
export interface Mail {
  readonly status: string;
  readonly orderId: string;
  readonly messageId: string;
  readonly facts: { readonly kind: string };
  readonly cause: { readonly eventId?: string };
}
export interface FeedEntry {
  readonly feed: string;
  readonly position: number;
  readonly eventId: string;
  readonly event: string;
  readonly payload: { readonly order?: { readonly id: string } };
}
interface LogEntry {
  readonly event: CloudEvent;
}

export interface Evidence {
  readonly orders: readonly Document<Order>[];
  readonly payments: readonly Document<Payment>[];
  readonly reservations: readonly Document<Reservation>[];
  readonly products: readonly Document<Product>[];
  readonly mails: readonly Document<Mail>[];
  readonly mailbox: readonly Document<{ readonly repeats: number }>[];
  readonly feed: readonly FeedEntry[];
  readonly events: readonly CloudEvent[];
}

export interface Archive {
  read(): Promise<Evidence>;
  close(): Promise<void>;
}

/** Reads the services' own stores, also while they run. */
export async function openArchive(storeOf: (service: string) => string): Promise<Archive> {
  const services = ['orders', 'payments', 'inventory', 'email', 'notifications', 'audit'];
  const stores = new Map(
    await Promise.all(services.map(async (name) => [name, await openStore(storeOf(name))] as const)),
  );

  async function all<S>(service: string, collection: string): Promise<Document<S>[]> {
    const opened = await (stores.get(service) as Store).collection<S>(collection);
    const documents: Document<S>[] = [];
    for (let after: string | undefined, more = true; more; more = after !== undefined) {
      const page = await opened.find('id', { limit: 500, ...(after !== undefined && { after }) });
      documents.push(...page.documents);
      after = page.next;
    }
    return documents;
  }

  return {
    read: async () => ({
      orders: await all('orders', 'orders'),
      payments: await all('payments', 'payments'),
      reservations: await all('inventory', 'reservations'),
      products: await all('inventory', 'products'),
      mails: await all('email', 'mails'),
      mailbox: await all('email', 'mailbox'),
      feed: (await all<FeedEntry>('notifications', 'feed_entries')).map(({ state }) => state),
      events: (await all<LogEntry>('audit', 'events')).map(({ state }) => state.event),
    }),
    close: async () => void (await Promise.all([...stores.values()].map((store) => store.close()))),
  };
}
