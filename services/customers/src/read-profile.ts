import { typedLine } from '@order-events/contracts';
import { type Problem, refuseBody, refuseCardNumbers } from '@order-events/runtime';
import Type, { type Static } from 'typebox';
import type { Profile } from './customer.ts';
import { mailAddress } from './mail-address.ts';

const wanted = 'a profile is { email, name, locale? }';

export const profileRequest = Type.Object(
  {
    email: typedLine(254),
    // Names end up in mail headers: one line.
    name: typedLine(200),
    locale: Type.Optional(Type.String({ maxLength: 64 })),
  },
  { additionalProperties: false, description: wanted },
);

/** The profile in its stored form. Throws ServiceError: `body-invalid` with the fault named, `card-data-refused`. */
export function readProfile({ email: typed, name, locale: tag = 'en' }: Static<typeof profileRequest>): Profile {
  refuseCardNumbers(name, typed);
  const email = mailAddress(typed);
  if (email === undefined) return refuse({ pointer: '/email', message: addressWanted });
  const locale = canonicalLocale(tag);
  if (locale === undefined) {
    return refuse({
      pointer: '/locale',
      message: 'must be a language tag such as es-419 (BCP 47, and a Unicode locale identifier)',
    });
  }
  return { email, name, locale };
}

const addressWanted = 'must be an e-mail address: ASCII before the @, after it a domain, which may be international';

/** BCP 47 in its canonical form: `en-US` of `en-us`, `he` of `iw`; undefined when it is no Unicode locale identifier. */
function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}

const refuse = (problem: Problem) => refuseBody([problem], wanted);
