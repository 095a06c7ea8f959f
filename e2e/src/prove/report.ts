import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import type { PlantedOutcome, Proof } from './prove.ts';
import type { Counts, Outcome } from './run-scenario.ts';

/** The run as a page: what was harmed, what was counted, and which planted faults were found out. */
export function reportOf(proof: Proof, { seed, began }: { readonly seed: number; readonly began: Date }): string {
  const { outcomes, planted, points, broker } = proof;
  const sum = total(outcomes);
  return `# Proof

Nothing is lost and nothing happens twice: made by \`npm run prove\`, which says with \`--help\` how to make it again.

${began.toISOString().slice(0, 16).replace('T', ' ')} UTC · ${machine()} · Node ${process.version} · ${broker} · seed ${seed}

**${sum.accepted} orders accepted, ${sum.handled} messages handled, ${sum.duplicates} duplicates absorbed, ${sum.kills} processes killed.
Lost: ${sum.lost}. Doubled: ${sum.doubled}. Otherwise wrong: ${sum.wrong}.** Mails delivered again under the same Message-ID, as is promised to be possible: ${sum.mailsRepeated}.

## What was done to it

While people order and cancel, ask again until they are answered, and listen:

| scenario | what happens | done | seed | accepted | events | handled | absorbed | kills | lost | doubled | wrong |
|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${outcomes.map(rowOf).join('\n')}

## Where processes were killed

${stepsOf(points)}

## That it can fail

Each fault is put into the code of one service as it is loaded; the checks that find nothing above must find it.

${plantedTable(planted)}`;
}

function rowOf({ scenario, what, done, seed, counts, verdict }: Outcome): string {
  const { accepted, events, handled, duplicates, kills } = counts;
  const numbers = [
    seed,
    accepted,
    events,
    handled,
    duplicates,
    kills,
    verdict.lost.length,
    verdict.doubled.length,
    verdict.wrong.length,
  ];
  return `| ${[scenario, what, done, ...numbers].join(' | ')} |`;
}

function stepsOf(points: Proof['points']): string {
  const services = Map.groupBy(points, ({ service }) => service);
  return [...services]
    .map(([service, steps]) => `- **${service}**: ${steps.map(({ step }) => step).join(', ')}`)
    .join('\n');
}

function plantedTable(planted: readonly PlantedOutcome[]): string {
  if (planted.length === 0) return 'None was planted in this run.\n';
  const rows = planted.map(({ fault, caughtBy, tries }) => {
    const { name, wrong, service, shownBy } = fault;
    const how = 'step' in shownBy ? `killed at ${shownBy.step}` : shownBy.scenario;
    const found = caughtBy
      ? (caughtBy.split(':')[0] ?? caughtBy).replace(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '…')
      : '**not found**';
    return `| ${name} | ${wrong} | ${service} | ${how} | ${found}${tries > 1 ? ` (try ${tries})` : ''} |`;
  });
  return `| fault | what is wrong | in | brought to light by | found as |\n|---|---|---|---|---|\n${rows.join('\n')}\n`;
}

function total(outcomes: readonly Outcome[]) {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  const count = (name: keyof Counts) => sum(({ counts }) => counts[name]);
  return {
    accepted: count('accepted'),
    handled: count('handled'),
    duplicates: count('duplicates'),
    kills: count('kills'),
    mailsRepeated: count('mailsRepeated'),
    lost: sum(({ verdict }) => verdict.lost.length),
    doubled: sum(({ verdict }) => verdict.doubled.length),
    wrong: sum(({ verdict }) => verdict.wrong.length),
  };
}

function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${memory}, ${platform()} ${release()}`;
}
