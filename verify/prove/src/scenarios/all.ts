import type { Scenario } from '../scenario.ts';
import {
  brokerFrozen,
  brokerFrozenAndKilled,
  brokerKilled,
  brokerRestarted,
  connectionsClosed,
  consumersForgotten,
  longOutage,
  memoryAlarm,
  powerCut,
  queueStuck,
} from './broker.ts';
import { clockSteps } from './clocks.ts';
import { killedAnywhere, oneOfTwoKilled } from './kills.ts';
import { duplicates, poison, queueDeleted, queueFull, reordered, tierDeleted } from './messages.ts';
import { connectionsReset, networkSilent, networkSlow } from './network.ts';
import { mailboxRefuses, mailServerDrops, providerDrops, providerFails, storeFull, storeLocked } from './outside.ts';
import { stalled, stalledBeforeWriting, stalledUndoing } from './stalls.ts';

/** What they make services do, these are then killed at: every step anyone took. The longest come first. */
export const scenarios: readonly Scenario[] = [
  longOutage,
  brokerKilled,
  killedAnywhere,
  oneOfTwoKilled,
  brokerRestarted,
  powerCut,
  brokerFrozen,
  brokerFrozenAndKilled,
  memoryAlarm,
  connectionsClosed,
  consumersForgotten,
  queueStuck,
  connectionsReset,
  networkSilent,
  networkSlow,
  duplicates,
  reordered,
  queueDeleted,
  queueFull,
  tierDeleted,
  poison,
  providerFails,
  providerDrops,
  mailboxRefuses,
  mailServerDrops,
  storeLocked,
  storeFull,
  stalled,
  stalledUndoing,
  stalledBeforeWriting,
  clockSteps,
];
