import { type Management, managementOf } from '@order-events/testing';
import { type Broker, type BrokerFaults, NoBrokerError } from '@order-events/tools/broker/broker.ts';
import { findBroker } from '@order-events/tools/broker/find-broker.ts';

/** A RabbitMQ node of our own, to be killed, frozen and filled. */
export interface ProofBroker {
  /** 'RabbitMQ 3.10.8' */
  readonly version: string;
  /** An empty vhost: nothing of an earlier scenario reaches the next one. */
  vhost(name: string): Promise<Vhost>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Stops it in the middle of whatever it does; connections stay open and silent until thaw(). */
  freeze(): void;
  thaw(): void;
  /** With an alarm it reads nothing more from whoever publishes. */
  memoryAlarm(on: boolean): Promise<void>;
  stop(): Promise<void>;
}

export interface Vhost {
  readonly name: string;
  readonly amqpUrl: string;
  readonly management: Management;
  close(): Promise<void>;
}

export async function startProofBroker(say: (line: string) => void): Promise<ProofBroker> {
  const { RABBITMQ_URL: _others, ...env } = process.env;
  const broker = await findBroker({ purpose: 'test', say, env });
  const { faults, managementUrl } = broker;
  if (!faults || !managementUrl) {
    await broker.stop();
    throw new NoBrokerError('the proof kills its broker, and for that needs an installed rabbitmq-server');
  }
  const management = managementOf(new URL(managementUrl));
  const { rabbitmq_version } = await management.get<{ rabbitmq_version: string }>('/overview');
  return {
    version: `RabbitMQ ${rabbitmq_version}`,
    vhost: (name) => openVhost(broker, management, name),
    kill: faults.kill,
    restart: faults.restart,
    freeze: () => signal(faults, 'SIGSTOP'),
    thaw: () => signal(faults, 'SIGCONT'),
    memoryAlarm: (on) => faults.control('set_vm_memory_high_watermark', ...(on ? ['absolute', '1'] : ['0.4'])),
    stop: () => broker.stop(),
  };
}

async function openVhost({ amqpUrl }: Broker, management: Management, name: string): Promise<Vhost> {
  await management.put(`/vhosts/${name}`);
  await management.put(`/permissions/${name}/guest`, { configure: '.*', write: '.*', read: '.*' });
  const url = new URL(amqpUrl);
  url.pathname = `/${name}`;
  return { name, amqpUrl: url.href, management, close: () => management.delete(`/vhosts/${name}`) };
}

function signal(faults: BrokerFaults, name: NodeJS.Signals): void {
  process.kill(faults.pid(), name);
}
