import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { complaintOf } from '../complaint.ts';
import { ageInMs } from './age.ts';
import type { Query } from './client.ts';
import { DlqError, EXIT } from './errors.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

export const filterOptions = {
  queue: text,
  type: text,
  code: text,
  order: text,
  'older-than': text,
  'newer-than': text,
} as const;
const everywhere = { url: text, token: text, json: flag, help: { type: 'boolean', short: 'h' } } as const;

/** What may stand on a command line, read; what a command doesn't take is refused before it gets here. */
export interface Options {
  readonly positionals: readonly string[];
  readonly help?: boolean;
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
  readonly queue?: string;
  readonly type?: string;
  readonly code?: string;
  readonly order?: string;
  readonly 'older-than'?: string;
  readonly 'newer-than'?: string;
  readonly limit?: string;
  readonly reason?: string;
  readonly first?: string;
  readonly watch?: string;
  readonly key?: string;
  readonly data?: string;
  readonly out?: string;
}

export function readCommand(
  name: string,
  { options }: { readonly options: ParseArgsOptionsConfig },
  args: readonly string[],
): Options {
  const known: ParseArgsOptionsConfig = { ...everywhere, ...options };
  try {
    const { values, positionals } = parseArgs({ args: [...args], options: known, allowPositionals: true });
    return { ...values, positionals } as Options;
  } catch (cause) {
    throw new DlqError(EXIT.misused, `${complaintOf(cause)}. See: npm run dlq -- ${name} --help`, { cause });
  }
}

/** The filters as the API takes them: ages become moments. */
export function filterOf(options: Options, now = Date.now()): Query {
  const { queue, type, code, order, 'older-than': older, 'newer-than': newer } = options;
  const ago = (age: string | undefined) => age && new Date(now - ageInMs(age)).toISOString();
  return { queue, type, code, order, before: ago(older), since: ago(newer) };
}

export function numberIn(options: Options, name: 'limit' | 'first' | 'watch'): number | undefined {
  const given = options[name];
  if (given === undefined) return undefined;
  if (/^[1-9]\d{0,3}$/.test(given)) return Number(given);
  throw new DlqError(EXIT.misused, `--${name} is a whole number from 1 to 9999`);
}

export function demanded(options: Options, name: 'reason' | 'data'): string {
  const given = options[name];
  if (given) return given;
  throw new DlqError(EXIT.misused, `--${name} is needed`);
}
