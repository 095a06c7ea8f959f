import { NoBrokerError } from '../broker/broker.ts';
import { findBroker } from '../broker/find-broker.ts';
import { keepForTeardown } from './run-broker.ts';

/** One broker for the whole run; every test file makes a vhost of its own in it. */
export default async function setUp(): Promise<void> {
  const broker = await findBroker({ purpose: 'test', say: (line) => process.stderr.write(`${line}\n`) }).catch(refuse);
  keepForTeardown(broker);
  process.env.TEST_BROKER_AMQP = broker.amqpUrl;
  process.env.TEST_BROKER_MANAGEMENT = broker.managementUrl ?? '';
}

/** What is to be done stands in the message; Jest would bury it under its own call stack. */
function refuse(error: unknown): never {
  if (!(error instanceof NoBrokerError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
}
