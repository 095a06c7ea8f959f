import { setTimeout as delay } from 'node:timers/promises';
import { maskText } from './mask.ts';

export interface CheckResult {
  readonly ok: boolean;
  /** For people: 'paused', '3 of 5 consumers live'. */
  readonly detail?: string;
}

export type Check = () => CheckResult | Promise<CheckResult>;

export interface HealthReport {
  readonly status: 'ready' | 'not-ready' | 'draining';
  readonly checks: Readonly<Record<string, CheckResult>>;
}

/** Whether this service should be given work. Whether it lives is another question, and asks nobody. */
export interface Health {
  /** A check that throws, or takes longer than 2 s, is not ok. */
  add(name: string, check: Check): void;
  report(): Promise<HealthReport>;
  /** From here on it is not ready: the service is stopping. */
  drain(): void;
}

export function createHealth({ timeoutMs = 2_000 } = {}): Health {
  const checks = new Map<string, Check>();
  let draining = false;

  return {
    add: (name, check) => void checks.set(name, check),
    drain: () => {
      draining = true;
    },
    async report() {
      const results = await Promise.all(
        [...checks].map(async ([name, check]) => [name, await run(check, timeoutMs)] as const),
      );
      const ok = results.every(([, result]) => result.ok);
      return { status: draining ? 'draining' : ok ? 'ready' : 'not-ready', checks: Object.fromEntries(results) };
    },
  };
}

async function run(check: Check, timeoutMs: number): Promise<CheckResult> {
  const answered = new AbortController();
  const late = delay(timeoutMs, { ok: false, detail: `no answer within ${timeoutMs} ms` }, { signal: answered.signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { ok: false, detail: maskText(error instanceof Error ? error.message : String(error)) };
  } finally {
    answered.abort();
  }
}
