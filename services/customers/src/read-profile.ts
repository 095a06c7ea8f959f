import { compile, type Problem, typedLine } from '@order-events/contracts';
import { refuseCardNumbers, ServiceError } from '@order-events/runtime';
import Type from 'typebox';
import type { Profile } from './customer.ts';
import { mailAddress } from './mail-address.ts';

const checkProfile = compile(
  Type.Object(
    {
      email: typedLine(254),
      // Names end up in mail headers: one line.
      name: typedLine(200),
      locale: Type.Optional(Type.String({ maxLength: 64 })),
    },
    { additionalProperties: false },
  ),
);

/** A profile as it is stored. Throws ServiceError: `body-invalid` with what is wrong, `card-data-refused`. */
export function readProfile(body: unknown): Profile {
  const checked = checkProfile(body);
  if (!checked.ok) return refuse(...checked.problems);
  const { name, locale: tag = 'en' } = checked.value;
  refuseCardNumbers(name, checked.value.email);
  const email = mailAddress(checked.value.email);
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

function refuse(...problems: Problem[]): never {
  throw new ServiceError('invalid', 'body-invalid', 'a profile is { email, name, locale? }', { problems });
}
