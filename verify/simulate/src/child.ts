/** Runs one seed after another, in a process of its own, whose time and dice are simulated; tells its parent of each. */
import { describeStep, onEveryStep, plant } from '@order-events/prove/plant';
import { simulateBroker } from './hooks.ts';
import { here, intercept } from './intercept.ts';
import { faultCalled } from './planted.ts';
import type { Outcome } from './run.ts';
import type { Wish } from './simulate.ts';

const wish: Wish = JSON.parse(process.argv[2] ?? '{}');
process.on('disconnect', () => process.exit());

// Before the product is loaded: what it imports, and what it announces. After it: the time, so that nothing kept the real one.
simulateBroker();
if (wish.plant !== undefined) plant(faultCalled(wish.plant).wraps);
onEveryStep((step, about) => here().passed(step, describeStep(about)));
const { run } = await import('./run.ts');
intercept();

const tell = (outcome: Outcome) => process.send?.(outcome);
const secondsSince = (start: bigint) => Number(process.hrtime.bigint() - start) / 1e9;
const began = process.hrtime.bigint();
for (let done = 0; done < wish.runs && secondsSince(began) < wish.seconds; done++) {
  const outcome = await run(wish.seed + done, wish.trace);
  const isFine = Object.values(outcome.verdict).every((findings) => findings.length === 0);
  // The same again, and this time it is written down.
  tell(isFine || wish.trace ? outcome : await run(outcome.seed, true));
}
// What was told is heard first.
process.send?.('over', () => process.exit());
