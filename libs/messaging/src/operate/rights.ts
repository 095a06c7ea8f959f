import { consumers, contracts } from '@order-events/contracts';
import { EXCHANGE, HOPS, LIVE } from '../topology.ts';

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

/** A user for each service that speaks to the broker, with exactly what it needs: made from who says and hears what. */
export function serviceRights(): Rights[] {
  const services = new Set([
    ...contracts.map(({ owner }) => owner),
    ...Object.values(consumers).map(({ service }) => service),
  ]);
  return [...services].sort().map(rightsOf);
}

function rightsOf(service: string): Rights {
  const queues = Object.entries(consumers).filter(([, facts]) => facts.service === service);
  const own = queues.map(([queue]) => queue);
  const says = contracts.filter(({ owner }) => owner === service).map(({ type }) => type);
  // Dead letters are audit's to serve: it reads every one and sends it on to the queue it died in.
  const hopsOf = service === 'audit' ? Object.keys(consumers) : own;
  const letters = service === 'audit' ? hopsOf.map((queue) => `${queue}.dlq`) : [];
  const live = service === 'notifications' ? [LIVE] : [];
  return {
    name: service,
    configure: live.length > 0 ? `^${escaped(LIVE)}\\.` : NOTHING,
    write: anyOf([...(says.length > 0 ? [EXCHANGE] : []), ...(hopsOf.length > 0 ? [HOPS] : []), ...live], live),
    read: anyOf([...own, ...letters, ...live], live),
    keys: [
      ...(says.length > 0 ? [{ exchange: EXCHANGE, write: anyOf(says) }] : []),
      ...(hopsOf.length > 0 ? [{ exchange: HOPS, write: hopKeys(hopsOf) }] : []),
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
