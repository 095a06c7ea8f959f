import {
  composeService,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  type Logger,
  type Service,
} from '@order-events/runtime';
import type { SandboxConfig } from './config.ts';
import { type FaultSwitch, noFaults } from './faults.ts';
import { openJournal } from './journal.ts';
import { createLedger, inMemory } from './ledger.ts';
import { createProtocol } from './protocol.ts';
import { serveControls, serveDashboard, serveProtocol } from './routes.ts';

const name = 'provider-sandbox';

/** A payment provider to develop and test against: a real HTTP server, test tokens, faults at the flick of a switch. */
export function createProviderSandbox(config: SandboxConfig, overrides: { readonly log?: Logger } = {}): Service {
  const log = overrides.log ?? createLogger({ service: name, level: config.LOG_LEVEL });
  const http = createHttp({ log, metrics: createMetrics(name), health: createHealth(), host: config.HOST });

  async function open(): Promise<void> {
    const switchboard: FaultSwitch = { faults: noFaults };
    const ledger = createLedger(config.LEDGER_FILE ? openJournal(config.LEDGER_FILE) : inMemory);
    serveControls(http.app, ledger, switchboard);
    serveDashboard(http.app, ledger);
    serveProtocol(http.app, createProtocol(ledger, switchboard, config.SLOW_MS), switchboard);
    await http.start(config.PORT);
  }
  return composeService(name, log, [{ name: 'http', start: open, stop: http.stop }], () => http.url);
}
