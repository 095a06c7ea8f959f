/** A RabbitMQ that answers. */
export interface Broker {
  /** Where it came from, for people: 'RABBITMQ_URL', 'a private node', 'Docker'. */
  readonly origin: string;
  readonly amqpUrl: string;
  /** With user name and password; absent when the management plugin does not answer. */
  readonly managementUrl?: string;
  /** Aborted with NoBrokerError when a broker of ours keeps ending and isn't started again; absent for one that isn't ours. */
  readonly failed?: AbortSignal;
  /** Absent for a broker that this process did not start: that one is nobody's to break. */
  readonly faults?: BrokerFaults;
  /** Resolves when every process has ended and every port is closed. Leaves a broker alone that it did not start. */
  stop(): Promise<void>;
}

/** What a test may do to a broker of its own. Ports, data and URLs stay the same. */
export interface BrokerFaults {
  pid(): number;
  /** Ends it as a power cut would; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again, after an orderly stop if it still runs; resolves when it answers. */
  restart(): Promise<void>;
  /** Runs rabbitmqctl against it: alarms, connections, whatever the management API can't do. */
  control(...args: string[]): Promise<void>;
}

/** Tells people what is going on, one line at a time. */
export type Say = (line: string) => void;

/** No broker could be had, for a reason that the message tells in one line. */
export class NoBrokerError extends Error {
  override readonly name = 'NoBrokerError';
}
