import { join } from 'node:path';
import { readOptions, runCommand, UsageError } from '../command-line.ts';
import { type Step, steps } from './steps.ts';

const root = join(import.meta.dirname, '..', '..');
const help = `npm run check — what can be told without running anything

  npm run check                     ${steps.map(({ name }) => name).join(', ')}
  npm run check -- types style      only these steps
  npm run check -- --help           this page

npm run format puts right what is wrong with the layout; npm run generate writes generated files again.`;

await runCommand(async () => {
  const { values, positionals } = readOptions('npm run check', {
    options: { help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (!values.help) return await check(positionals);
  console.log(help);
  return 0;
});

async function check(names: readonly string[]): Promise<number> {
  const unknown = names.filter((name) => !steps.some((step) => step.name === name));
  if (unknown.length > 0) throw new UsageError(`no such step: ${unknown.join(', ')}. See: npm run check -- --help`);
  const chosen = steps.filter(({ name }) => names.length === 0 || names.includes(name));
  let failed = 0;
  for (const step of chosen) failed += (await passes(step)) ? 0 : 1;
  console.log(`check: ${chosen.length - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function passes(step: Step): Promise<boolean> {
  const started = performance.now();
  const problems = await step.problems(root).catch((error: Error) => [error.message]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${problems.length === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)`);
  for (const problem of problems) console.log(problem.replace(/^/gm, '     '));
  return problems.length === 0;
}
