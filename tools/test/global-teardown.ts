import { keptBroker } from './run-broker.ts';

export default async function tearDown(): Promise<void> {
  await keptBroker()?.stop();
}
