import { closed } from '@order-events/contracts';
import { callerOf, expectedVersion, type Route, route, setETag } from '@order-events/runtime';
import type { Document } from '@order-events/store';
import Type from 'typebox';
import { type Customer, type Profile, withProfile } from './customer.ts';
import type { CustomerStore } from './customer-store.ts';
import { CustomerNotFoundError } from './errors.ts';
import { profileRequest, readProfile } from './read-profile.ts';

const profile = closed({ email: Type.String(), name: Type.String(), locale: Type.String() });

interface Parts {
  readonly customers: CustomerStore;
  readonly clock: () => Date;
}

export function routes({ customers, clock }: Parts): Route[] {
  async function profileOf(id: string): Promise<Document<Customer>> {
    const customer = await customers.get(id);
    if (!customer) throw new CustomerNotFoundError();
    return customer;
  }

  return [
    route({
      method: 'get',
      path: '/api/v1/customers/me',
      summary: 'the caller’s profile, its version as `ETag`',
      who: 'person',
      answers: { 200: profile, 404: ['customer-unknown'] },
      async handler({ req }, res) {
        const { state, rev } = await profileOf(callerOf(req).id);
        setETag(res, rev);
        res.json(shown(state));
      },
    }),
    route({
      method: 'put',
      path: '/api/v1/customers/me',
      summary: 'sets the caller’s profile',
      who: 'person',
      body: profileRequest,
      headers: { expects: expectedVersion },
      answers: { 200: profile, 400: ['card-data-refused'], 412: ['version-differs'] },
      async handler({ req, body, headers: { expects } }, res) {
        const wanted = readProfile(body);
        const document = await customers.change(callerOf(req).id, (stored) => {
          expects(stored?.rev ?? 0);
          return withProfile(stored?.state, wanted, clock().toISOString());
        });
        setETag(res, document.rev);
        res.json(shown(document.state));
      },
    }),
    route({
      method: 'get',
      path: '/internal/customers/:id',
      summary: 'the address for a mail, called when the mail is sent, so that the latest address is used',
      who: 'service:email',
      answers: { 200: profile, 404: ['customer-unknown'] },
      async handler({ params }, res) {
        res.json(shown((await profileOf(params.id)).state));
      },
    }),
  ];
}

function shown({ email, name, locale }: Customer): Profile {
  return { email, name, locale };
}
