import { type Delivered, returnsOf } from '../headers.ts';
import type { Handle } from './handle.ts';
import { SUSPECT_RETURNS } from './start-mark.ts';

/**
 * A message that came back three times may be what kills the process: it is handled while nothing else is, so that no
 * neighbour is returned (and counted) with it again.
 */
export function suspectsAlone(next: Handle<Delivered>): Handle<Delivered> {
  const running = new Set<Promise<void>>();
  let gate: Promise<unknown> | undefined;

  function run(delivered: Delivered): Promise<void> {
    const handled = next(delivered).finally(() => running.delete(handled));
    running.add(handled);
    return handled;
  }

  return (delivered) => {
    const opened = gate;
    if (returnsOf(delivered) < SUSPECT_RETURNS) return opened ? opened.then(() => run(delivered)) : run(delivered);
    const handled = Promise.resolve(opened)
      .then(() => Promise.allSettled(running))
      .then(() => run(delivered));
    const passed = handled.then(open, open);
    gate = passed;
    return handled;

    function open(): void {
      if (gate === passed) gate = undefined;
    }
  };
}
