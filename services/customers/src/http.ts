import { compile } from '@order-events/contracts';
import { type Auth, callerOf, ifMatch, ServiceError, setETag } from '@order-events/runtime';
import type { Document } from '@order-events/store';
import { Router } from 'express';
import Type from 'typebox';
import { type Customer, type Profile, withProfile } from './customer.ts';
import type { CustomerStore } from './customer-store.ts';
import { CustomerNotFoundError } from './errors.ts';

interface Doors {
  readonly auth: Auth;
  readonly customers: CustomerStore;
  readonly clock: () => Date;
}

const checkProfile = compile(
  Type.Object(
    {
      email: Type.String({ format: 'email', maxLength: 254 }),
      // Names end up in mail headers: no control characters, so no line breaks.
      name: Type.String({ minLength: 1, maxLength: 200, pattern: '^[^\\u0000-\\u001f\\u007f]+$' }),
      locale: Type.Optional(Type.String({ pattern: '^[a-z]{2,3}(-[A-Z]{2})?$' })),
    },
    { additionalProperties: false },
  ),
);

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

function readProfile(body: unknown): Profile {
  const checked = checkProfile(body);
  if (checked.ok) return { locale: 'en', ...checked.value };
  const { problems } = checked;
  throw new ServiceError('invalid', 'body-invalid', 'a profile is { email, name, locale? }', { problems });
}
