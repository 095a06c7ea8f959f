import { aptInstall } from '../setup/apt-get.mjs';
import { NoBrokerError, type Say } from './broker.ts';

/** Installs Debian's rabbitmq-server without starting it as a system service. */
export async function installRabbitMq(say: Say, signal?: AbortSignal): Promise<void> {
  await aptInstall('rabbitmq-server', say, signal).catch((cause: unknown) => {
    signal?.throwIfAborted();
    throw new NoBrokerError(`RabbitMQ could not be installed: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  });
}
