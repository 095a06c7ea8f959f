/** Shows messages about your orders, live: node examples/watch.mjs */
import { createClient } from '@order-events/client';
import { findSystem } from './system.mjs';

const { gateway, token } = findSystem();
// It reconnects by itself, with missed messages. To go on where an earlier run ended, pass `cursors`.
const client = createClient({ url: gateway, token: () => token });

try {
  const onReady = () => console.log('watching');
  for await (const { event, message, timestamp } of client.watch({ onReady })) {
    console.log(`${timestamp}  ${event}  ${message ?? ''}`);
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
