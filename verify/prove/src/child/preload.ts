/**
 * Loaded before a service starts (`node --import preload.ts services/orders/src/main.ts`), so that the product itself knows
 * nothing of proofs:
 * - `CRASH_AT=message.handled:3` ends the process, as a power cut would, at its third pass of that step;
 * - `STEPS_FILE` gets a line for each step passed; what was written before the end stays;
 * - `PLANT` names faults to be planted into the code as it is loaded.
 * With a parent that has a channel to it, it does what commands.ts knows, and ends with that parent.
 */
import { openSync, writeSync } from 'node:fs';
import { plant } from '../faults/plant.ts';
import { wrapsOf } from '../planted.ts';
import { type Command, obey } from './commands.ts';
import { createStepHarm } from './harm.ts';
import { describeStep, onEveryStep } from './steps.ts';
import { watchStores } from './stores.ts';

const { CRASH_AT, STEPS_FILE, PLANT } = process.env;

if (PLANT) plant(wrapsOf(PLANT.split(',')));

watchStores();
const journal = STEPS_FILE ? openSync(STEPS_FILE, 'a') : undefined;
const harm = createStepHarm(CRASH_AT);

onEveryStep((step, about) => {
  if (journal !== undefined) writeSync(journal, `${step}\t${describeStep(about)}\n`);
  harm.passed(step);
});

if (process.send) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.on('message', (command) => obey(command as Command, harm, (report) => process.send?.(report)));
  process.channel?.unref();
}
