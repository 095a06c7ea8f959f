import type { KeyRing, QueueName, ServiceName } from '@order-events/contracts';
import type { Consumer, DeadLetters, EventOrder, Handler, Live, LiveOptions } from '@order-events/messaging';
import type {
  Auth,
  Check,
  Client,
  Config,
  Doors,
  Env,
  Logger,
  Metrics,
  Part,
  Route,
  Service,
  Settings,
} from '@order-events/runtime';
import type { Relay, RelayLimits, Store } from '@order-events/store';
import type { ServiceSettings } from './settings.ts';

/** Work of the sweep. It may run on several instances at once, and again after a crash. */
export type Job = () => Promise<void>;

/** Handlers of one queue: exactly the events that contracts/services.ts names for it. */
export interface Subscription {
  readonly queue: QueueName;
  readonly handlers: readonly Handler[];
  /** Messages handled at once (default 20). */
  readonly prefetch?: number;
  /** Events of one source and subject are handled in the order in which they were published. */
  readonly order?: EventOrder;
}

/** What `open` answers with. What is left out, the service does not have. It may answer with more, for tests and simulations. */
export interface Opened extends Pick<Doors, 'upgrades'> {
  /** Their router and their description at `/openapi.json` follow from them. */
  readonly routes?: readonly Route[];
  /** Of one caller, for all routes that are `rateLimited` together. */
  readonly requestsPerMinute?: number;
  readonly subscriptions?: readonly Subscription[];
  /** Run every 30 s or so, and soon after the start. */
  readonly jobs?: readonly Job[];
  /** Run every hour or so. */
  readonly hourlyJobs?: readonly Job[];
  /** Readiness, by name, beside the checks of store, broker and outbox. */
  readonly checks?: Readonly<Record<string, Check>>;
  /** Started in this order once the broker is there, and stopped in the reverse one after the consumers have ended. */
  readonly parts?: readonly Part[];
}

export interface ClientSettings {
  /** Name in error codes, metrics and readiness (default: the callee's). */
  readonly name?: string;
  /** For a whole call (default 2 s). */
  readonly timeoutMs?: number;
}

/** Calls of another service. */
export type Calls = Pick<Client, 'get' | 'post' | 'put'>;

/** What every service has. A function makes what it is asked for; what was made is started and stopped with the service. */
export interface Parts<C> {
  readonly config: C;
  /** The one clock of the service. */
  readonly clock: () => Date;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly auth: Auth;
  readonly store: Store;
  /** Keys that sign and verify events. */
  readonly keys: KeyRing;
  /** Calls a service that `calls` of this service's entry names: at the address in the callee's setting, behind a breaker. */
  client(callee: ServiceName, settings?: ClientSettings): Calls;
  /** Publishes what documents store in their outboxes; for all documents of a service one. */
  outbox(limits?: Partial<RelayLimits>): Relay;
  /** The consumer of a queue that this service subscribes to; works after the start. */
  consumer(queue: QueueName): Consumer;
  /** Hints among the instances of this service. */
  live(onMessage: (json: unknown) => void, options?: LiveOptions): Live;
  /** The dead letters of every queue. */
  letters(): DeadLetters;
  /** Ends something that `open` has made and handlers use: called once the consumers have ended. */
  onEnd(end: () => void | Promise<void>): void;
}

export interface ServiceDefinition<S extends Settings, O extends Opened> {
  readonly name: ServiceName;
  /** Settings of its own; those of every service are added. */
  readonly settings?: S;
  open(parts: Parts<Config<S & ServiceSettings>>): O | Promise<O>;
}

/** Parts that a test or a simulation hands in, in place of those that would be made. */
export interface Given {
  readonly clock?: () => Date;
  readonly random?: () => number;
  readonly log?: Logger;
  readonly store?: Store;
  readonly client?: (callee: ServiceName) => Calls;
  readonly live?: Parts<unknown>['live'];
  /** Limits of the relay that go before those of the service. */
  readonly outbox?: Partial<RelayLimits>;
  /** `false`: no port is opened. */
  readonly http?: false;
}

export interface DefinedService<S extends Settings, O extends Opened> extends ServiceDefinition<S, O> {
  /** Reads the settings and makes the service, without a side effect. Throws ConfigError with every fault at once. */
  create(env: Env, given?: Given): Service;
}
