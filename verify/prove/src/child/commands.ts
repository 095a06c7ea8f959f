import { stepClock } from './clock.ts';
import type { StepHarm } from './harm.ts';
import { fillStores } from './stores.ts';

/** What the run tells a service's process over its channel. */
export type Command =
  | { readonly kind: 'clock'; readonly aheadMs: number }
  | { readonly kind: 'stall'; readonly step: string; readonly pass: number; readonly ms: number }
  | { readonly kind: 'no-stall'; readonly step: string }
  | { readonly kind: 'store'; readonly full: boolean }
  | { readonly kind: 'memory' };

/** What the process answers. */
export type Report = { readonly kind: 'stalls'; readonly step: string } | ({ readonly kind: 'memory' } & Memory);

/** Bytes after a collection of garbage: of the whole process, and of what its program holds on to. */
export interface Memory {
  readonly resident: number;
  readonly held: number;
}

const callOff = new Map<string, () => void>();

export function obey(command: Command, harm: StepHarm, report: (report: Report) => void): void {
  if (command.kind === 'clock') stepClock(command.aheadMs);
  else if (command.kind === 'store') fillStores(command.full);
  else if (command.kind === 'memory') report({ kind: 'memory', ...memory() });
  else if (command.kind === 'no-stall') callOff.get(command.step)?.();
  else
    callOff.set(
      command.step,
      harm.stallAt(command, () => report({ kind: 'stalls', step: command.step })),
    );
}

function memory(): Memory {
  // Twice: what only a finaliser lets go is collected by the second one.
  for (let times = 0; times < 2; times += 1) globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { resident: rss, held: heapUsed + external };
}
