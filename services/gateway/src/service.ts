import { services } from '@order-events/contracts/services';
import { defineHttpService } from '@order-events/runtime';
import { gatewaySettings } from './config.ts';
import { createProxy } from './proxy.ts';
import { serveUpgrades } from './upgrades.ts';

/** The one public port: passes each request to the service that owns its path. Keeps nothing, decides nothing. */
export const service = defineHttpService({
  name: services.gateway.name,
  settings: gatewaySettings,
  open({ config, metrics }) {
    const { PORT, OPERATIONS_PORT = PORT === 0 ? 0 : services.gateway.operationsPort } = config;
    const proxy = createProxy(config, metrics);
    return {
      bodyLimit: 'unread',
      operationsPort: OPERATIONS_PORT,
      routes: [proxy.handler],
      upgrades: { path: services.notifications.livePaths[0], attach: ({ server, app }) => serveUpgrades(server, app) },
      parts: [{ name: 'proxy', stop: proxy.stop }],
    };
  },
});
