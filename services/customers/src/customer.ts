/** The profile of a person. No other service stores any of it. */
export interface Customer {
  readonly email: string;
  readonly name: string;
  /** BCP 47 language tag in its canonical form, for mails. */
  readonly locale: string;
  readonly changedAt: string;
}

export type Profile = Omit<Customer, 'changedAt'>;

/** The customer with this profile; the same object when nothing differs. */
export function withProfile(customer: Customer | undefined, profile: Profile, now: string): Customer {
  return customer && same(customer, profile) ? customer : { ...profile, changedAt: now };
}

function same(customer: Customer, { email, name, locale }: Profile): boolean {
  return customer.email === email && customer.name === name && customer.locale === locale;
}
