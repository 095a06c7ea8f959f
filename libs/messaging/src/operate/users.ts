import { createHash, randomBytes } from 'node:crypto';
import type { Management } from '../standing/management.ts';
import type { Topology } from '../topology.ts';
import { MONITOR, type Rights, serviceRights } from './rights.ts';

export interface UsersOptions {
  /** In front of every user's name, where several systems share a broker. */
  readonly prefix?: string;
  /** By name without the prefix: one for each of brokerUsers(). */
  readonly passwords: Readonly<Record<string, string>>;
}

interface BrokerUser extends Rights {
  readonly tags: readonly string[];
}

/** One for each service, and one that only looks. */
export function brokerUsers(): BrokerUser[] {
  const looks = { name: MONITOR, configure: '^$', write: '^$', read: '^$', keys: [], tags: ['management'] };
  return [...serviceRights().map((rights) => ({ ...rights, tags: [] })), looks];
}

/** Makes the users, or gives those that exist exactly these rights and passwords. Idempotent; deletes nobody. */
export async function applyUsers(management: Management, { prefix = '', passwords }: UsersOptions): Promise<string[]> {
  const { vhost } = management;
  const users = brokerUsers();
  for (const { name, tags, configure, write, read, keys } of users) {
    const user = encodeURIComponent(`${prefix}${name}`);
    await management.put(`/users/${user}`, { password_hash: hashOf(passwords, name), tags: tags.join(',') });
    // Topic permissions first: without any, every key may be published.
    for (const { exchange, write: allowed } of keys)
      await management.put(`/topic-permissions/${vhost}/${user}`, { exchange, write: allowed, read: '^$' });
    await management.put(`/permissions/${vhost}/${user}`, { configure, write, read });
  }
  return users.map(({ name }) => `${prefix}${name}`);
}

/** Everything as RabbitMQ imports it (load_definitions, or POST /api/definitions): vhost, topology, users, rights. */
export function definitions(topology: Topology, vhost: string, { prefix = '', passwords }: UsersOptions): object {
  const users = brokerUsers();
  const standing = { vhost, durable: true, auto_delete: false };
  return {
    users: users.map(({ name, tags }) => ({
      name: `${prefix}${name}`,
      password_hash: hashOf(passwords, name),
      hashing_algorithm: 'rabbit_password_hashing_sha256',
      tags,
    })),
    vhosts: [{ name: vhost }],
    permissions: users.map(({ name, configure, write, read }) => ({
      user: `${prefix}${name}`,
      vhost,
      ...{ configure, write, read },
    })),
    topic_permissions: users.flatMap(({ name, keys }) =>
      keys.map((allowed) => ({ user: `${prefix}${name}`, vhost, ...allowed, read: '^$' })),
    ),
    exchanges: topology.exchanges.map((exchange) => ({ ...exchange, ...standing, internal: false })),
    queues: topology.queues.map((queue) => ({ ...queue, ...standing })),
    bindings: topology.bindings.map(({ exchange, queue, key }) => ({
      vhost,
      source: exchange,
      destination: queue,
      destination_type: 'queue',
      routing_key: key,
      arguments: {},
    })),
  };
}

// As RabbitMQ keeps it: four bytes of salt, then SHA-256 over salt and password.
function hashOf(passwords: Readonly<Record<string, string>>, name: string): string {
  const password = passwords[name];
  if (!password) throw new Error(`no password for the broker user ${name}`);
  const salt = randomBytes(4);
  const digest = createHash('sha256').update(salt).update(password, 'utf8').digest();
  return Buffer.concat([salt, digest]).toString('base64');
}
