import { minutesIn, readOptions, UsageError, whole } from '@order-events/tools/command-line';
import type { Form } from './proof.ts';

export interface Options {
  readonly help: boolean;
  readonly seed: number;
  readonly form: Form;
  readonly only: readonly string[];
  readonly lanes: number;
  /** How long to go on; undefined: once through. */
  readonly minutes: number | undefined;
  /** Whether the report goes into docs/proof.md. */
  readonly write: boolean;
}

/** What is wanted of `npm run prove`. Throws UsageError. */
export function readWish(args: readonly string[], names: readonly string[]): Options {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = readOptions('npm run prove', {
    args: [...args],
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      minutes: { type: 'string' },
      lanes: { type: 'string', default: '2' },
      long: flag,
      only: { type: 'string', multiple: true, default: [] },
      short: flag,
      write: flag,
      help: { ...flag, short: 'h' },
    },
  });
  const { help, only, write } = values;
  const unknown = only.find((name) => !names.includes(name));
  if (unknown) throw new UsageError(`there is no ${unknown}: choose from ${names.join(', ')}`);
  const seed = whole('seed', values.seed);
  const lanes = whole('lanes', values.lanes, { min: 1, max: 16 });
  const minutes = values.minutes === undefined ? undefined : minutesIn('minutes', values.minutes);
  const form = formOf(values);
  const partly = form === 'short' || only.length > 0 || (minutes !== undefined && form !== 'long');
  if (write && partly) throw new UsageError('--write is for a whole form: npm run prove, or with --long');
  return { help, seed, form, only, lanes, minutes, write };
}

function formOf({ short, long, minutes }: { short: boolean; long: boolean; minutes?: string | undefined }): Form {
  if (short && (long || minutes !== undefined)) throw new UsageError('--short goes with neither --long nor --minutes');
  return short ? 'short' : long ? 'long' : 'usual';
}
