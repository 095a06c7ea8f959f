import { type Auth, callerOf, ifMatch, setETag } from '@order-events/runtime';
import type { Document } from '@order-events/store';
import { Router } from 'express';
import { type Customer, type Profile, withProfile } from './customer.ts';
import type { CustomerStore } from './customer-store.ts';
import { CustomerNotFoundError } from './errors.ts';
import { readProfile } from './read-profile.ts';

interface Doors {
  readonly auth: Auth;
  readonly customers: CustomerStore;
  readonly clock: () => Date;
}

export function routes({ auth, customers, clock }: Doors): Router {
  const router = Router();

  async function profileOf(id: string): Promise<Document<Customer>> {
    const customer = await customers.get(id);
    if (!customer) throw new CustomerNotFoundError();
    return customer;
  }

  router.get('/api/v1/customers/me', auth.person(), async (req, res) => {
    const { state, rev } = await profileOf(callerOf(req).id);
    setETag(res, rev);
    res.json(shown(state));
  });

  router.put('/api/v1/customers/me', auth.person(), async (req, res) => {
    const profile = readProfile(req.body);
    const matches = ifMatch(req);
    const document = await customers.change(callerOf(req).id, (stored) => {
      matches(stored?.rev ?? 0);
      return withProfile(stored?.state, profile, clock().toISOString());
    });
    setETag(res, document.rev);
    res.json(shown(document.state));
  });

  /** For mail, at the moment it is sent: an address changed meanwhile is honoured. */
  router.get('/internal/customers/:id', auth.service('email'), async (req, res) => {
    res.json(shown((await profileOf(String(req.params.id))).state));
  });
  return router;
}

function shown({ email, name, locale }: Customer): Profile {
  return { email, name, locale };
}
