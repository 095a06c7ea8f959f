import { availableParallelism, cpus, platform, release, totalmem } from 'node:os';
import { inMiB, tolerance } from './check/memory.ts';
import { holds, type PlantedOutcome, type Proof } from './proof.ts';
import type { Counts, Outcome } from './run-scenario.ts';

export interface When {
  readonly seed: number;
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly ended: number;
}

/** The run as a page: what was harmed, what was counted, and which planted faults were found out. */
export function reportOf(proof: Proof, when: When): string {
  return [head(proof, when), harm(proof), kills(proof), planted(proof.planted)].join('\n');
}

function head(proof: Proof, { seed, began, ended }: When): string {
  const { outcomes, broker, planted } = proof;
  const sum = total(outcomes);
  const found = planted.filter(({ caughtBy }) => caughtBy !== undefined).length;
  const command = proof.form === 'long' ? 'npm run prove -- --long --write' : 'npm run prove -- --write';
  return `# Proof

**${holds(proof) ? 'Nothing was lost and nothing happened twice.' : 'NOT as promised: see below.'}**
This page was written by \`${command}\`, which anyone can run (\`--help\` says how). It starts the whole system, every service a
process of its own, lets people order, cancel, ask again until they are answered, and listen, and meanwhile does to it what is listed below. When
everything has come to rest, what people were promised is compared with every store, queue, mailbox and feed, the payment provider and the history.

${new Date(began).toISOString().slice(0, 16).replace('T', ' ')} UTC, ${Math.round((ended - began) / 60_000)} minutes · ${machine()} · Node ${process.version} · ${broker} · seed ${seed}

| | |
|---|--:|
| orders accepted, each of which ended as it must | ${number(sum.accepted)} |
| requests sent again because no answer came | ${number(sum.repeatedRequests)} |
| times that a service was killed (kill -9) | ${number(sum.kills)} |
| times that RabbitMQ was killed (kill -9) | ${number(sum.brokerKills)} |
| events said | ${number(sum.events)} |
| events by the queues that hear them (published) | ${number(sum.published)} |
| … of these handled (done) | ${number(sum.done)} |
| … dead-lettered, in flight | ${number(sum.dead)}, ${number(sum.inFlight)} |
| times that a message was handled, repeats included | ${number(sum.handled)} |
| duplicates absorbed: handled again, without a second effect | ${number(sum.duplicates)} |
| messages told to people over their sockets | ${number(sum.told)} |
| mails, each under one Message-ID | ${number(sum.mails)} |
| mails delivered again under the same Message-ID | ${number(sum.mailsRepeated)} |
| **lost** | **${number(sum.lost)}** |
| **doubled** | **${number(sum.doubled)}** |
| **wrong in any other way** | **${number(sum.wrong)}** |
| scenarios that could not be done | ${proof.brokenOff.length} |
| faults planted on purpose, of these found out | ${planted.length}, ${found} |

*Lost* is an accepted order, event, message, mail, unit or payment that is missing; *doubled* is one effect that came twice: each event has one
effect in each service that hears it. A mail can be delivered again in one case, as is promised: when its service dies, or the connection to the mail server, after
the server took it and before that was recorded. Also checked: every unit of stock is available, held or sold; money authorised, captured, voided and
refunded adds up; sequences have no gap; published = done + dead-lettered + in flight, in each queue; and each process at rest needs no
more memory than before the harm plus ${inMiB(tolerance.held)} held by its program and ${inMiB(tolerance.resident)} in all.
`;
}

function harm({ outcomes, brokenOff }: Proof): string {
  const broken = brokenOff.map(({ scenario, seed, reason }) => `- **${scenario}**, seed ${seed}: ${reason}\n`);
  return `## What was done to it

| scenario | what happens | done | seed | accepted | events | handled | duplicates absorbed | services killed | broker killed | mails repeated | memory | lost | doubled | wrong |
|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
${outcomes.map(rowOf).join('\n')}

*Memory*: the most that any process needed more at rest than before (held by its program).
${broken.length > 0 ? `\nCould not be done:\n\n${broken.join('')}` : ''}${findings(outcomes)}`;
}

function rowOf({ scenario, what, done, seed, counts, verdict, growth }: Outcome): string {
  const { accepted, events, handled, duplicates, kills, brokerKills, mailsRepeated } = counts;
  const numbers = [seed, accepted, events, handled, duplicates, kills, brokerKills, mailsRepeated, inMiB(growth.held)];
  const found = [verdict.lost.length, verdict.doubled.length, verdict.wrong.length];
  return `| ${[scenario, what, done.split('; not passed')[0], ...numbers, ...found].join(' | ')} |`;
}

function findings(outcomes: readonly Outcome[]): string {
  const found = outcomes.flatMap(({ scenario, seed, verdict }) =>
    [...verdict.lost, ...verdict.doubled, ...verdict.wrong]
      .slice(0, 5)
      .map((each) => `- **${scenario}**, seed ${seed}: ${each}`),
  );
  return found.length > 0 ? `\nWhat was found (the first five of each run):\n\n${found.join('\n')}\n` : '';
}

function kills({ points, missed }: Proof): string {
  if (points.length === 0) return '';
  const services = Map.groupBy(points, ({ service }) => service);
  const lines = [...services].map(
    ([service, steps]) => `- **${service}**: ${steps.map(({ step }) => step).join(', ')}`,
  );
  const never = missed.map(({ service, step }) => `${service} ${step}`).join(', ');
  return `## Where services were killed

In *killed-at-every-step* each service ends just after each of these steps, by its own hand and in the middle of whatever it does: that is every step
that any scenario above made it take. A step that a service didn't come to within half a minute is no kill: it is *not passed in time*, and the
service is killed anywhere instead. ${never ? `Not passed in time in any round: ${never}.` : 'Every step was passed in at least one round.'}

${lines.join('\n')}
`;
}

function planted(outcomes: readonly PlantedOutcome[]): string {
  const intro = `## That it can fail

Each of these faults is put into the code of a service as it is loaded; the checks that find nothing above must find it. Where chance decides whether
a fault does harm, it gets up to three tries.
`;
  if (outcomes.length === 0) return `${intro}\nNone was planted in this run.\n`;
  const rows = outcomes.map(({ fault, caughtBy, tries }) => {
    const { name, wrong, service, shownBy } = fault;
    const how = 'step' in shownBy ? `killed at ${shownBy.step}` : shownBy.scenario;
    const found = caughtBy ? withoutIds(caughtBy) : '**not found**';
    return `| ${name} | ${wrong} | ${service === '*' ? 'all' : service} | ${how} | ${found} | ${tries} |`;
  });
  return `${intro}\n| fault | what is wrong | in | brought to light by | found as | tries |\n|---|---|---|---|---|--:|\n${rows.join('\n')}\n`;
}

// What is a mail's or an event's alone says nothing to a reader.
function withoutIds(finding: string): string {
  return finding.replace(/<?[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}(@[^\s>]*)?>?/g, '…').replaceAll('|', '\\|');
}

function total(outcomes: readonly Outcome[]) {
  const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((all, outcome) => all + of(outcome), 0);
  const count = (name: keyof Counts) => sum(({ counts }) => counts[name]);
  return {
    accepted: count('accepted'),
    repeatedRequests: count('repeatedRequests'),
    events: count('events'),
    published: count('published'),
    done: count('done'),
    dead: count('dead'),
    inFlight: count('inFlight'),
    handled: count('handled'),
    duplicates: count('duplicates'),
    told: count('told'),
    kills: count('kills'),
    brokerKills: count('brokerKills'),
    mails: count('mails'),
    mailsRepeated: count('mailsRepeated'),
    lost: sum(({ verdict }) => verdict.lost.length),
    doubled: sum(({ verdict }) => verdict.doubled.length),
    wrong: sum(({ verdict }) => verdict.wrong.length),
  };
}

const number = (count: number) => count.toLocaleString('en-US');

function machine(): string {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  return `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${memory}, ${platform()} ${release().split('-')[0]}`;
}
