import { defineHttpService } from '@order-events/runtime';
import { gatewaySettings } from './config.ts';
import { createProxy } from './proxy.ts';
import { livePath } from './routes.ts';
import { serveUpgrades } from './upgrades.ts';

/** The one public port: passes each request to the service that owns its path. Keeps nothing, decides nothing. */
export const service = defineHttpService({
  name: 'gateway',
  settings: gatewaySettings,
  open({ config, metrics }) {
    const { PORT, OPERATIONS_PORT = PORT === 0 ? 0 : 3100 } = config;
    const proxy = createProxy(config, metrics);
    return {
      bodyLimit: 'unread',
      operationsPort: OPERATIONS_PORT,
      routes: [proxy.handler],
      upgrades: { path: livePath, attach: ({ server, app }) => serveUpgrades(server, app) },
      parts: [{ name: 'proxy', stop: proxy.stop }],
    };
  },
});
