import diagnostics from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';

const prefix = 'order-events:';

/** Listens to every step that any code announces from now on, whatever its name: no list here could be out of date. */
export function onEveryStep(passed: (step: string, about: unknown) => void): void {
  const { channel } = diagnostics;
  const known = new Set<string>();
  diagnostics.channel = (name) => {
    const opened = channel(name);
    if (typeof name === 'string' && name.startsWith(prefix) && !known.has(name)) {
      known.add(name);
      opened.subscribe((about) => passed(name.slice(prefix.length), about));
    }
    return opened;
  };
  syncBuiltinESMExports();
}

/** Which message a step was about: `queue id`; empty for all other steps. */
export function describeStep(about: unknown): string {
  const { delivery, message } = (about ?? {}) as {
    delivery?: { queue: string };
    message?: { properties?: { messageId?: string } };
  };
  return delivery ? `${delivery.queue} ${message?.properties?.messageId ?? '?'}` : '';
}
