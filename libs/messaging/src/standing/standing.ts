import { type Management, ManagementError } from './management.ts';

type Values = Readonly<Record<string, unknown>>;

/** What a policy sets on one object, and which policy. */
export interface PolicyValue {
  readonly value: unknown;
  readonly policy: string;
}
export type PolicyValues = Readonly<Record<string, PolicyValue>>;

export interface StandingExchange {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly internal: boolean;
  readonly arguments: Values;
  readonly policy: PolicyValues;
}
export interface StandingQueue {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly autoDelete: boolean;
  readonly exclusive: boolean;
  readonly arguments: Values;
  readonly policy: PolicyValues;
}
export interface StandingBinding {
  readonly source: string;
  readonly destination: string;
  readonly kind: 'queue' | 'exchange';
  readonly key: string;
}
/** What stands in one vhost. */
export interface Standing {
  readonly exchanges: readonly StandingExchange[];
  readonly queues: readonly StandingQueue[];
  readonly bindings: readonly StandingBinding[];
  readonly limits: readonly StandingLimit[];
}
/** What may be opened or declared at most, in a vhost or by a user. */
export interface StandingLimit {
  readonly of: string;
  readonly values: Values;
}

interface Policy {
  readonly name: string;
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly priority: number;
  readonly definition: Values;
}

/** Reads it in one round trip. Any user with the tag `management` and a right in the vhost may. */
export async function readStanding(management: Management): Promise<Standing> {
  const { vhost, user } = management;
  const list = <T>(kind: string) => management.get<T[]>(`/${kind}/${vhost}`);
  // Without statistics: those of a queue that has just been declared may be missing or old.
  const limits = <T extends object>(path: string) => management.get<T[]>(path).catch(unreadable);
  const [exchanges, queues, bindings, policies, operator, ofVhost, ofUser] = await Promise.all([
    list<Raw>('exchanges'),
    management.get<Raw[]>(`/queues/${vhost}?disable_stats=true`),
    list<RawBinding>('bindings'),
    list<Policy>('policies').catch(unreadable),
    list<Policy>('operator-policies').catch(unreadable),
    limits<{ vhost: string; value: Values }>(`/vhost-limits/${vhost}`),
    limits<{ user: string; value: Values }>(`/user-limits/${user}`),
  ]);
  const policyOf = (kind: string, name: string, type: string) =>
    [policies, operator].reduce((values, of) => merged(values, winner(of, kind, name, type)), {} as PolicyValues);
  return {
    exchanges: exchanges.map((raw) => ({ ...common(raw), policy: policyOf('exchanges', raw.name, raw.type) })),
    queues: queues.map((raw) => ({ ...common(raw), policy: policyOf('queues', raw.name, raw.type) })),
    bindings: bindings
      .filter(({ source }) => source !== '')
      .map(({ source, destination, destination_type: kind, routing_key: key }) => ({ source, destination, kind, key })),
    limits: [
      ...ofVhost.map(({ vhost: name, value }) => ({ of: `vhost ${name}`, values: value })),
      ...ofUser.map(({ user: name, value }) => ({ of: `user ${name}`, values: value })),
    ],
  };
}

interface Raw {
  readonly name: string;
  readonly type: string;
  readonly durable: boolean;
  readonly auto_delete: boolean;
  readonly exclusive?: boolean | null;
  readonly internal?: boolean;
  readonly arguments: Values;
}
interface RawBinding {
  readonly source: string;
  readonly destination: string;
  readonly destination_type: 'queue' | 'exchange';
  readonly routing_key: string;
}

const common = ({ name, type, durable, auto_delete, exclusive, internal, arguments: args }: Raw) => ({
  name,
  type,
  durable,
  autoDelete: auto_delete,
  exclusive: exclusive === true,
  internal: internal === true,
  arguments: args,
});

// Of all that fit, the broker applies the one of the highest priority, and of operators' ones another one.
function winner(policies: readonly Policy[], kind: string, name: string, type: string): Policy | undefined {
  const applies = ['all', kind, `${type}_queues`];
  return policies
    .filter((policy) => applies.includes(policy['apply-to']) && new RegExp(policy.pattern).test(name))
    .sort((a, b) => b.priority - a.priority)[0];
}

// Where both set a number, the smaller one holds; for the rest the operator's.
function merged(values: PolicyValues, policy: Policy | undefined): PolicyValues {
  if (!policy) return values;
  const own = Object.entries(policy.definition).map(([key, value]) => [key, { value, policy: policy.name }] as const);
  const kept = own.filter(([key, { value }]) => !(Number(values[key]?.value) < Number(value)));
  return { ...values, ...Object.fromEntries(kept) };
}

// A broker that shows policies to their makers only still lets everything else be compared.
function unreadable(error: unknown): [] {
  if (error instanceof ManagementError && [401, 403, 404].includes(error.status)) return [];
  throw error;
}
