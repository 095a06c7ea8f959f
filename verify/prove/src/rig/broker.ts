import { type Management, managementOf } from '@order-events/testing';
import { type Broker, type BrokerFaults, findBroker, NoBrokerError } from '@order-events/tools/broker';

/** A RabbitMQ node of our own, to be killed, frozen and filled. */
export interface ProofBroker {
  /** 'RabbitMQ 3.10.8' */
  readonly version: string;
  /** An empty vhost: nothing of an earlier scenario reaches the next one. */
  vhost(name: string): Promise<Vhost>;
  /** How often it was killed, so far. */
  readonly kills: number;
  kill(): Promise<void>;
  /** Starts it again after a kill. */
  restart(): Promise<void>;
  /** Asked to end, and started again, as for an update. */
  stopAndStart(): Promise<void>;
  /** Stops it in the middle of whatever it does; connections stay open and silent until thaw(). */
  freeze(): void;
  thaw(): void;
  /** It strikes the consumers of a queue off its list and tells nobody: they stay connected, and get nothing more. */
  forgetConsumers(vhost: Vhost, queue: string): Promise<void>;
  /** Stops the process of a queue in the middle of whatever it does, or lets it go on. */
  hangQueue(vhost: Vhost, queue: string, on: boolean): Promise<void>;
  /** With an alarm it reads nothing more from whoever publishes. */
  memoryAlarm(on: boolean): Promise<void>;
  /** Whatever was done to it and not undone is undone: it runs, and takes what it is sent. */
  mend(): Promise<void>;
  stop(): Promise<void>;
}

export interface Vhost {
  readonly name: string;
  readonly amqpUrl: string;
  readonly management: Management;
  readonly managementUrl: string;
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
  let kills = 0;
  const { rabbitmq_version } = await management.get<{ rabbitmq_version: string }>('/overview');
  return {
    version: `RabbitMQ ${rabbitmq_version}`,
    vhost: (name) => openVhost(broker, management, managementUrl, name),
    get kills() {
      return kills;
    },
    async kill() {
      await faults.kill();
      kills += 1;
    },
    restart: faults.restart,
    async stopAndStart() {
      await faults.control('stop_app');
      await faults.control('start_app');
    },
    freeze: () => signal(faults, 'SIGSTOP'),
    thaw: () => signal(faults, 'SIGCONT'),
    forgetConsumers: ({ name }, queue) => faults.control('eval', forgetting(name, queue)),
    hangQueue: ({ name }, queue, on) =>
      faults.control('eval', `${lookedUp(name, queue)}, sys:${on ? 'suspend' : 'resume'}(amqqueue:get_pid(Queue)).`),
    memoryAlarm: (on) => faults.control('set_vm_memory_high_watermark', ...(on ? ['absolute', '1'] : ['0.4'])),
    async mend() {
      const answers = () =>
        management.get('/overview').then(
          () => true,
          () => false,
        );
      try {
        signal(faults, 'SIGCONT');
      } catch {
        // There is no process: it is dead.
      }
      if (await answers()) await faults.control('set_vm_memory_high_watermark', '0.4');
      else await faults.restart();
    },
    stop: () => broker.stop(),
  };
}

async function openVhost(
  { amqpUrl }: Broker,
  management: Management,
  managementUrl: string,
  name: string,
): Promise<Vhost> {
  await management.put(`/vhosts/${name}`);
  await management.put(`/permissions/${name}/guest`, { configure: '.*', write: '.*', read: '.*' });
  const url = new URL(amqpUrl);
  url.pathname = `/${name}`;
  return { name, amqpUrl: url.href, management, managementUrl, close: () => management.delete(`/vhosts/${name}`) };
}

// Straight to the queue's own state machine, past the channel that would tell its client.
function forgetting(vhost: string, queue: string): string {
  return `${lookedUp(vhost, queue)},
    [ra:process_command(amqqueue:get_pid(Queue), rabbit_fifo:make_checkout({element(2, Each), element(1, Each)}, cancel, #{}))
      || Each <- rabbit_amqqueue:consumers(Queue)].`;
}

function lookedUp(vhost: string, queue: string): string {
  return `{ok, Queue} = rabbit_amqqueue:lookup(rabbit_misc:r(<<"${vhost}">>, queue, <<"${queue}">>))`;
}

function signal(faults: BrokerFaults, name: NodeJS.Signals): void {
  process.kill(faults.pid(), name);
}
