import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, on, once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command, Memory, Report } from '../child/commands.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const preload = join(import.meta.dirname, '..', 'child', 'preload.ts');
const READY_MS = 90_000;
const STOP_MS = 30_000;
const DEATHS_IN_A_ROW = 10;
const ANSWER_MS = 10_000;

export interface ProcessOptions {
  /** 'orders', or 'orders-2' for a second instance. */
  readonly name: string;
  /** From the root: 'services/orders/src/main.ts'. */
  readonly main: string;
  readonly url: string;
  /** Where it says whether it lives and is ready. */
  readonly operationsUrl: string;
  readonly env: Readonly<Record<string, string>>;
  /** Gets its output and its journal of steps. */
  readonly folder: string;
}

/** One service as a process of its own. However it ends, it is started again at once, until stop(). */
export class ServiceProcess {
  readonly name: string;
  readonly url: string;
  /** How often it was ended by force. */
  kills = 0;
  /** The steps at which it ended itself, as it was told to. */
  readonly crashes: string[] = [];
  readonly #options: ProcessOptions;
  readonly #changes = new EventEmitter();
  #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #crashAt: string | undefined;
  #stopping = false;
  #deathsInARow = 0;

  constructor(options: ProcessOptions) {
    this.name = options.name;
    this.url = options.url;
    this.#options = options;
    this.#env = options.env;
  }

  start(): void {
    this.#stopping = false;
    const { folder, main } = this.#options;
    const output = openSync(join(folder, `${this.name}.log`), 'a');
    const env = { ...this.#env, STEPS_FILE: this.journal, ...(this.#crashAt && { CRASH_AT: this.#crashAt }) };
    const child = spawn(process.execPath, ['--expose-gc', '--import', preload, join(root, main)], {
      env,
      cwd: folder,
      stdio: ['ignore', output, output, 'ipc'],
    });
    closeSync(output);
    this.#child = child;
    child.on('message', (report) => this.#changes.emit('report', report));
    const armed = this.#crashAt !== undefined;
    child.once('exit', (_code, signal) => {
      // Killed, and not by us: it was the step.
      if (armed && signal === 'SIGKILL' && !child.killed) this.#crashed();
      this.#ended(child, signal);
    });
  }

  get journal(): string {
    return join(this.#options.folder, `${this.name}.steps`);
  }

  /** Resolves when it answers that it is ready. */
  ready(withinMs = READY_MS): Promise<void> {
    return this.#answers('/readyz', withinMs);
  }

  /** Resolves when it answers at all: it runs, whatever it may lack. */
  alive(withinMs = READY_MS): Promise<void> {
    return this.#answers('/livez', withinMs);
  }

  /** Does nothing while there is no process: what isn't there isn't counted either. */
  kill(): void {
    if (this.#child?.kill('SIGKILL')) this.kills += 1;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Its clock is set that far ahead of the machine's (or behind it, or right), until it is set again or the process ends. */
  setClock(aheadMs: number): void {
    this.#tell({ kind: 'clock', aheadMs });
  }

  /** Its store takes nothing more that makes it larger, as on a full disk; until it is told otherwise or ends. */
  fillStore(full: boolean): void {
    this.#tell({ kind: 'store', full });
  }

  /** It stops for that long when it next passes that step. Resolves when it stops, or with false after the wait for it. */
  async stallAt(step: string, ms: number, withinMs: number): Promise<boolean> {
    this.#tell({ kind: 'stall', step, pass: 1, ms });
    const stalls = await this.#report('stalls', withinMs, (report) => report.step === step);
    // It must not come later, when nobody waits for its end any more.
    if (!stalls) this.dontStall(step);
    return stalls !== undefined;
  }

  /** The stall at that step, if it hasn't come, is called off. */
  dontStall(step: string): void {
    this.#tell({ kind: 'no-stall', step });
  }

  /** What it needs once its garbage is collected; undefined when it doesn't say. */
  async memory(): Promise<Memory | undefined> {
    this.#tell({ kind: 'memory' });
    return this.#report('memory', ANSWER_MS);
  }

  /** Killed now, and again at its n-th pass of that step. Resolves with whether that came about in the time. */
  async crashAt(step: string, pass: number, withinMs: number): Promise<boolean> {
    this.#crashAt = `${step}:${pass}`;
    const over = AbortSignal.timeout(withinMs);
    this.kill();
    const crashed = await once(this.#changes, 'crashed', { signal: over }).then(
      () => true,
      () => false,
    );
    this.#crashAt = undefined;
    // One that is still waiting for its step must not meet it later, when nobody counts any more.
    if (!crashed) this.kill();
    return crashed;
  }

  /** Ended and started again with other settings. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.stop();
    this.#env = { ...this.#options.env, ...env };
    this.start();
    await this.ready();
  }

  /** Asked to end; resolves with its exit code, or null when it had to be killed. */
  async stop(): Promise<number | null> {
    this.#stopping = true;
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return 0;
    const exit = once(child, 'exit');
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const [code] = await exit;
    clearTimeout(late);
    return code as number | null;
  }

  /** Ended at once, and not started again. */
  end(): void {
    this.#stopping = true;
    this.#child?.kill('SIGKILL');
  }

  lastWords(): string {
    const text = readFileSync(join(this.#options.folder, `${this.name}.log`), 'utf8');
    return text.trimEnd().split('\n').slice(-8).join('\n').slice(-3_000);
  }

  async #answers(path: string, withinMs: number): Promise<void> {
    for (const deadline = Date.now() + withinMs; Date.now() < deadline; await delay(150)) {
      if (this.#deathsInARow > DEATHS_IN_A_ROW) break;
      const answer = await fetch(`${this.#options.operationsUrl}${path}`, { signal: AbortSignal.timeout(2_000) }).catch(
        () => undefined,
      );
      if (answer?.ok) return;
    }
    throw new Error(`${this.name} is not ready; it said last:\n${this.lastWords()}`);
  }

  // One that ends just now needs no telling.
  #tell(command: Command): void {
    if (this.#child?.connected) this.#child.send(command, () => {});
  }

  async #report<K extends Report['kind']>(
    kind: K,
    withinMs: number,
    wanted: (report: Extract<Report, { kind: K }>) => boolean = () => true,
  ): Promise<Extract<Report, { kind: K }> | undefined> {
    const over = AbortSignal.timeout(withinMs);
    try {
      for await (const [report] of on(this.#changes, 'report', { signal: over })) {
        const came = report as Extract<Report, { kind: K }>;
        if (came.kind === kind && wanted(came)) return came;
      }
    } catch (error) {
      if (!over.aborted) throw error;
    }
    return undefined;
  }

  #ended(child: ChildProcess, signal: NodeJS.Signals | null): void {
    if (this.#child === child) this.#child = undefined;
    if (this.#stopping) return;
    this.#deathsInARow = signal === 'SIGKILL' ? 0 : this.#deathsInARow + 1;
    if (this.#deathsInARow > DEATHS_IN_A_ROW) return;
    // One that can't start (its broker is down) is tried again a little later.
    setTimeout(() => this.#stopping || this.start(), signal === 'SIGKILL' ? 0 : 500);
  }

  #crashed(): void {
    this.kills += 1;
    this.crashes.push(this.#crashAt?.split(':')[0] ?? '');
    this.#crashAt = undefined;
    this.#changes.emit('crashed');
  }
}
