import { type ServiceEntry, services } from '@order-events/contracts';
import { parse } from 'yaml';
import { brokerUserNames } from '../check/compose.ts';
import { UsageError } from '../command-line.ts';

/** The name of a new service in each spelling that the example has. */
export interface ServiceName {
  /** 'vouchers': folder, queue, broker user, path. */
  readonly name: string;
  /** 'voucher': one of what it keeps; equals `name` where that doesn't end with s. */
  readonly one: string;
}

/** Names that a new service can't have: of services and their paths, of broker users, of containers. `compose` is docker-compose.yml. */
export function namesTaken(compose: string): Set<string> {
  const { services: containers } = parse(compose, { merge: true }) as { services: object };
  const paths = Object.values(services).flatMap(({ publicPaths }) => publicPaths);
  const nouns = paths.map((path) => path.slice(path.lastIndexOf('/') + 1));
  return new Set([...Object.keys(services), ...nouns, ...brokerUserNames(), ...Object.keys(containers)]);
}

/** Checks a name against the names that are taken, and against the words of the example. Throws UsageError. */
export function readName(text: string, taken: ReadonlySet<string>, wordsInUse: ReadonlySet<string>): ServiceName {
  if (!/^[a-z]{2,30}$/.test(text)) throw new UsageError(`${text} is no name: 2 to 30 letters from a to z`);
  if (taken.has(text)) throw new UsageError(`${text} exists already: choose another name`);
  const name = { name: text, one: text.replace(/s$/, '') };
  for (const word of new Set([name.name, name.one])) {
    if (!isIdentifier(word) || wordsInUse.has(word))
      throw new UsageError(`${word} has a meaning already in the code that is copied: choose another name`);
  }
  return name;
}

/** The port that was asked for, or the first free one above those of the services. Throws UsageError. */
export function freePort(asked: number | undefined, entries: readonly ServiceEntry[]): number {
  const holders = new Map(
    entries.flatMap(({ name, port, operationsPort }) => [
      [port, name],
      [operationsPort ?? port, name],
    ]),
  );
  const holder = asked === undefined ? undefined : holders.get(asked);
  if (holder) throw new UsageError(`port ${asked} belongs to ${holder}: choose another one with --port`);
  if (asked !== undefined) return asked;
  const first = entries.find(({ name }) => name === 'orders')?.port ?? 3001;
  return Array.from({ length: 99 }, (_, n) => first + n).find((port) => !holders.has(port)) ?? first + 99;
}

/** The text with each spelling of the example's name replaced. */
export function renamed(text: string, { name, one }: ServiceName): string {
  return text.replaceAll(/gifts|Gifts|GIFTS|gift|Gift|GIFT/g, (found) =>
    spelledLike(found, found.toLowerCase() === 'gifts' ? name : one),
  );
}

function spelledLike(model: string, word: string): string {
  if (model === model.toUpperCase()) return word.toUpperCase();
  return /^[A-Z]/.test(model) ? word.charAt(0).toUpperCase() + word.slice(1) : word;
}

// A reserved word can't name a variable.
function isIdentifier(word: string): boolean {
  try {
    new Function(`'use strict'; let ${word};`);
    return true;
  } catch {
    return false;
  }
}
