import type { Outcome } from './run.ts';
import { findingsOf } from './simulate.ts';

const EVERY_MS = 5_000;
const SHOWN_FAILURES = 5;
const SHOWN_LINES = 40;

/** Counts runs, says how far they are, and shows those that failed. */
export class Tally {
  readonly failed: number[] = [];
  runs = 0;
  readonly #say: (line: string) => void;
  readonly #planted: string;
  readonly #began = Date.now();
  #saidAt = Date.now();
  #steps = 0;
  #simulatedMs = 0;
  #accepted = 0;
  #shipped = 0;
  #handled = 0;

  constructor(say: (line: string) => void, plant: string | undefined) {
    this.#say = say;
    this.#planted = plant === undefined ? '' : ` --plant ${plant}`;
  }

  add(outcome: Outcome): void {
    this.runs += 1;
    this.#steps += outcome.steps;
    this.#simulatedMs += outcome.simulatedMs;
    this.#accepted += outcome.accepted;
    this.#shipped += outcome.shipped;
    this.#handled += outcome.handled;
    const findings = findingsOf(outcome);
    if (findings.length > 0) this.#show(outcome, findings);
    if (Date.now() - this.#saidAt < EVERY_MS) return;
    this.#saidAt = Date.now();
    this.#say(this.told);
  }

  get told(): string {
    const seconds = (Date.now() - this.#began) / 1_000;
    const sums = [
      `${this.runs} runs`,
      `${this.#steps} steps`,
      `${Math.round(this.#simulatedMs / 3_600_000)} simulated hours`,
      `${this.#accepted} orders accepted`,
      `${this.#shipped} shipped`,
      `${this.#handled} messages handled`,
      `${this.failed.length} failed`,
    ];
    return `${sums.join(', ')} (${Math.round(seconds)} s, ${Math.round((this.runs / seconds) * 60)} runs a minute)`;
  }

  #show({ seed, trace }: Outcome, findings: readonly string[]): void {
    this.failed.push(seed);
    if (this.failed.length > SHOWN_FAILURES) return;
    this.#say(`\nseed ${seed} FAILED (npm run simulate -- --seed ${seed}${this.#planted})`);
    for (const finding of findings.slice(0, SHOWN_FAILURES)) this.#say(`  ${finding}`);
    for (const line of about(findings[0] ?? '', trace).slice(-SHOWN_LINES)) this.#say(`    ${line}`);
  }
}

/** The lines about what was found, and those about what went wrong. */
function about(finding: string, trace: readonly string[]): string[] {
  const subject = /[\da-f]{8}-[\da-f-]{27}/.exec(finding)?.[0] ?? finding.split(' ')[0] ?? '';
  return trace.filter((line) => line.includes(subject) || / harm | is dead|checker/.test(line));
}
