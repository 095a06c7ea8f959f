/** Makes sure of RabbitMQ 4 for tests (TEST_RABBITMQ=4). Where it can't be had, the reason is the last line, and the exit code 1. */
import { NoBrokerError } from './broker.ts';
import { provideRabbitMq4 } from './rabbitmq-4.ts';

try {
  await provideRabbitMq4((line) => process.stderr.write(`${line}\n`));
} catch (error) {
  if (!(error instanceof NoBrokerError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
