/**
 * Loaded before a service starts (`node --import preload.ts services/orders/src/main.ts`), so that the product itself knows
 * nothing of proofs:
 * - `CRASH_AT=message.handled:3` ends the process, as a power cut would, at its third pass of that step;
 * - `STEPS_FILE` gets a line for each step passed; what was written before the end stays;
 * - `PLANT` names faults to be planted into the code as it is loaded.
 * With a parent that has a channel to it, it ends with that parent.
 */
import { openSync, writeSync } from 'node:fs';
import { crashAt } from './crash.ts';
import { plant } from './plant.ts';
import { describeStep, onEveryStep } from './steps.ts';

const { CRASH_AT, STEPS_FILE, PLANT } = process.env;

if (PLANT) plant(PLANT.split(','));

const journal = STEPS_FILE ? openSync(STEPS_FILE, 'a') : undefined;
const crash = crashAt(CRASH_AT);

onEveryStep((step, about) => {
  if (journal !== undefined) writeSync(journal, `${step}\t${describeStep(about)}\n`);
  crash(step);
});

if (process.send) {
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
