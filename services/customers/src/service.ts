import { defineService } from '@order-events/service';
import { openCustomers } from './customer-store.ts';
import { routes } from './http.ts';

/** Customers: stores people's profiles, and returns addresses to email. */
export const service = defineService({
  name: 'customers',
  async open({ store, clock }) {
    return { routes: routes({ customers: await openCustomers(store), clock }) };
  },
});
