import { compareAndSet, type Document, type Store } from '@order-events/store';
import type { Customer } from './customer.ts';

export interface CustomerStore {
  get(id: string): Promise<Document<Customer> | undefined>;
  /** Reads, decides and stores; after a lost race, it reads and decides again. Rejects with the error that the decision throws. */
  change(id: string, decide: (document: Document<Customer> | undefined) => Customer): Promise<Document<Customer>>;
}

/** Customers publishes nothing yet, so its documents need no outbox. */
export async function openCustomers(store: Store): Promise<CustomerStore> {
  const customers = await store.collection<Customer>('customers');
  return {
    get: (id) => customers.get(id),
    change: (id, decide) => compareAndSet(customers, id, decide),
  };
}
