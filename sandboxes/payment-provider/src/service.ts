import { defineHttpService } from '@order-events/runtime';
import { Router } from 'express';
import { sandboxSettings } from './config.ts';
import { type FaultSwitch, noFaults } from './faults.ts';
import { openJournal } from './journal.ts';
import { createLedger, inMemory } from './ledger.ts';
import { createProtocol } from './protocol.ts';
import { serveControls, serveDashboard, serveProtocol } from './routes.ts';

/** A payment provider to develop and test against: a real HTTP server, test tokens, faults that can be switched on. */
export const service = defineHttpService({
  name: 'provider-sandbox',
  settings: sandboxSettings,
  open({ config }) {
    const router = Router({ caseSensitive: true });
    const switchboard: FaultSwitch = { faults: noFaults };
    const ledger = createLedger(config.LEDGER_FILE ? openJournal(config.LEDGER_FILE) : inMemory);
    serveControls(router, ledger, switchboard);
    serveDashboard(router, ledger);
    serveProtocol(router, createProtocol(ledger, switchboard, config.SLOW_MS), switchboard);
    return { routes: [router] };
  },
});
