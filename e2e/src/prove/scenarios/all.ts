import type { Scenario } from '../scenario.ts';
import {
  brokerFrozen,
  brokerFrozenAndKilled,
  brokerKilled,
  connectionsClosed,
  memoryAlarm,
  powerCut,
} from './broker.ts';
import { killedAnywhere, oneOfTwoKilled } from './kills.ts';
import { duplicates, poison } from './messages.ts';
import { connectionsReset, networkSilent, networkSlow } from './network.ts';
import { mailboxRefuses, providerFails, storeLocked } from './outside.ts';

/** In the order in which they are run. What they make services do, these are then killed at: every step anyone took. */
export const scenarios: readonly Scenario[] = [
  killedAnywhere,
  oneOfTwoKilled,
  brokerKilled,
  powerCut,
  brokerFrozen,
  brokerFrozenAndKilled,
  memoryAlarm,
  connectionsClosed,
  connectionsReset,
  networkSilent,
  networkSlow,
  duplicates,
  poison,
  providerFails,
  mailboxRefuses,
  storeLocked,
];
