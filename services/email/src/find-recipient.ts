import { compile } from '@order-events/contracts';
import { type Client, kindOf } from '@order-events/runtime';
import Type, { type Static } from 'typebox';
import { AddressUnknownError } from './errors.ts';

const recipient = Type.Object({
  email: Type.String({ format: 'email', maxLength: 254 }),
  name: Type.String(),
  locale: Type.String(),
});
export type Recipient = Static<typeof recipient>;

/** Called for each mail, so that the latest address is used. Rejects as `gone` for an erased person. */
export type FindRecipient = (userId: string) => Promise<Recipient>;

const check = compile(recipient);

export function createFindRecipient(customers: Pick<Client, 'get'>): FindRecipient {
  async function fetchProfile(userId: string): Promise<unknown> {
    try {
      return await customers.get(`/internal/customers/${encodeURIComponent(userId)}`);
    } catch (error) {
      throw kindOf(error) === 'not-found' ? new AddressUnknownError(error) : error;
    }
  }

  return async function findRecipient(userId) {
    const checked = check(await fetchProfile(userId));
    if (checked.ok) return checked.value;
    const places = checked.problems.map(({ pointer }) => pointer).join(', ');
    throw new Error(`customers returned an unrecognised response instead of a recipient (${places})`);
  };
}
