/** A process that starts a broker and stays, for a test to kill: holder.ts FOLDER start|test */
import { findBroker } from '../find-broker.ts';

process.once('disconnect', () => process.exit());

const [folder = '', purpose] = process.argv.slice(2);
try {
  const broker = await findBroker({ purpose: purpose === 'start' ? 'start' : 'test', folder, say: () => {} });
  process.send?.({ amqpUrl: broker.amqpUrl, pid: broker.faults?.pid() });
} catch (error) {
  process.send?.({ error: String(error) });
  process.exitCode = 1;
  process.disconnect?.();
}
