import { makeExactValidator, type OptionalValidatorSpec, type RequiredValidatorSpec } from 'envalid';

/** One environment variable: `desc` is printed when it is missing or wrong, and in the generated list of settings. */
export interface SettingSpec<T> {
  readonly desc: string;
  readonly example?: string;
  /** Used when the variable is not set; without it the variable is required. */
  readonly default?: NonNullable<T>;
}

/** The messages of all settings describe what is wanted and never repeat what was given: it may be a secret. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

export const text = setting((given) => given);

export const port = setting((given) => whole(given, 0, 65_535));

/** A whole number of at least 0; bounds are inclusive. */
export const integer = ({ min = 0, max = Number.MAX_SAFE_INTEGER } = {}) => setting((given) => whole(given, min, max));

export const flag = setting((given) => {
  if (given === 'true' || given === '1') return true;
  if (given === 'false' || given === '0') return false;
  throw new SettingError('must be true or false');
});

/** Text that keeps a secret: long enough not to be guessed. */
export const secret = setting((given) => {
  if (Buffer.byteLength(given) >= 32) return given;
  throw new SettingError('is too short: a secret has at least 32 bytes, for example from: openssl rand -base64 48');
});

export const httpUrl = url('http:', 'https:');

/** A URL with one of these protocols ('amqp:'). */
export function url(...protocols: readonly string[]) {
  return setting((given) => {
    if (URL.canParse(given) && protocols.includes(new URL(given).protocol)) return given;
    throw new SettingError(`must be a URL that starts with ${protocols.join(' or ')}`);
  });
}

export function oneOf<const T extends string>(...choices: readonly T[]) {
  return setting((given) => {
    const choice = choices.find((each) => each === given);
    if (choice !== undefined) return choice;
    throw new SettingError(`must be one of ${choices.join(', ')}`);
  });
}

/** Text of a given form; `wanted` completes the sentence "must be …". */
export function matching(pattern: RegExp, wanted: string) {
  return setting((given) => {
    if (pattern.test(given)) return given;
    throw new SettingError(`must be ${wanted}`);
  });
}

/** The variable may be left out: its value is then undefined. */
export function optional<T>(required: RequiredValidatorSpec<T>): OptionalValidatorSpec<T> {
  return { ...required, default: undefined };
}

function setting<T>(parse: (given: string) => NonNullable<T>) {
  const validator = makeExactValidator<T>(parse);
  return (spec: SettingSpec<T>): RequiredValidatorSpec<T> => validator(spec);
}

function whole(given: string, min: number, max: number): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && value >= min && value <= max) return value;
  throw new SettingError(`must be a whole number from ${min} to ${max}`);
}
