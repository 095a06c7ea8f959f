import { type Collection, type Document, DuplicateError, newDocument, type Store } from '@order-events/store';
import type { Customer } from './customer.ts';

export interface CustomerStore {
  get(id: string): Promise<Document<Customer> | undefined>;
  /** Reads, decides and stores; a lost race is read and decided again. What the decision throws, this rejects with. */
  change(id: string, decide: (document: Document<Customer> | undefined) => Customer): Promise<Document<Customer>>;
}

/** Customers says nothing yet, so its documents need no outbox. */
export async function openCustomers(store: Store): Promise<CustomerStore> {
  const customers = await store.collection<Customer>('customers');
  return {
    get: (id) => customers.get(id),
    async change(id, decide) {
      for (;;) {
        const stored = await customers.get(id);
        const state = decide(stored);
        if (stored?.state === state) return stored;
        const written = stored
          ? await replaced(customers, { ...stored, state })
          : await inserted(customers, newDocument(id, state));
        if (written) return written;
      }
    },
  };
}

async function replaced<S>(collection: Collection<S>, document: Document<S>): Promise<Document<S> | undefined> {
  return (await collection.replace(document)) ? { ...document, rev: document.rev + 1 } : undefined;
}

async function inserted<S>(collection: Collection<S>, document: Document<S>): Promise<Document<S> | undefined> {
  try {
    await collection.insert(document);
    return document;
  } catch (error) {
    if (error instanceof DuplicateError) return undefined;
    throw error;
  }
}
