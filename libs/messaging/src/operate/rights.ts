import { consumers, contracts, type ServiceEntry, serviceEntries } from '@order-events/contracts';
import { DLX, EXCHANGE, LIVE } from '../topology.ts';

/** What one service's broker user may do: regular expressions over names, as RabbitMQ asks for them. */
export interface Rights {
  /** The user's name: the service's. */
  readonly name: string;
  readonly configure: string;
  readonly write: string;
  readonly read: string;
  /** Per topic exchange, which keys it may publish. */
  readonly keys: readonly { readonly exchange: string; readonly write: string }[];
}

/** Reads, for the check at start, what stands in the vhost, and may touch nothing of it. */
export const MONITOR = 'monitor';

const NOTHING = '^$';

/** A user for each service that publishes or consumes, with exactly what it needs: made from the events and the services' values. */
export function serviceRights(): Rights[] {
  const publishes = (name: string) => contracts.some(({ owner }) => owner === name);
  return serviceEntries
    .filter(({ name, queues }) => publishes(name) || Object.keys(queues).length > 0)
    .sort((one, other) => one.name.localeCompare(other.name))
    .map(rightsOf);
}

function rightsOf({ name, queues, live: isLive, servesDeadLetters }: ServiceEntry): Rights {
  const own = Object.keys(queues);
  const says = contracts.filter(({ owner }) => owner === name).map(({ type }) => type);
  // One service reads every dead letter and sends it on to the queue it died in.
  const hopsOf = servesDeadLetters ? Object.keys(consumers) : own;
  const letters = servesDeadLetters ? hopsOf.map((queue) => `${queue}.dlq`) : [];
  const live = isLive ? [LIVE] : [];
  return {
    name,
    configure: live.length > 0 ? `^${escaped(LIVE)}\\.` : NOTHING,
    write: anyOf([...(says.length > 0 ? [EXCHANGE] : []), ...(hopsOf.length > 0 ? [DLX] : []), ...live], live),
    read: anyOf([...own, ...letters, ...live], live),
    keys: [
      ...(says.length > 0 ? [{ exchange: EXCHANGE, write: anyOf(says) }] : []),
      ...(hopsOf.length > 0 ? [{ exchange: DLX, write: hopKeys(hopsOf) }] : []),
    ],
  };
}

// A name, or one that begins with it and a dot: instances name their own queues so.
function anyOf(names: readonly string[], prefixes: readonly string[] = []): string {
  const all = [...names.map(escaped), ...prefixes.map((prefix) => `${escaped(prefix)}\\..*`)];
  return all.length === 0 ? NOTHING : `^(${all.join('|')})$`;
}

const hopKeys = (queues: readonly string[]) => `^(${queues.map(escaped).join('|')})\\.(dlq|retry\\.[0-9]+)$`;

const escaped = (name: string) => name.replaceAll('.', '\\.');
