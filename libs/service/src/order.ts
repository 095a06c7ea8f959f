import type { DeadLetters, Messaging } from '@order-events/messaging';
import type { Part } from '@order-events/runtime';
import type { Relay, Sweep } from '@order-events/store';

/** What a service consists of, once it is opened. What is left out, it does not have. */
export interface Pieces {
  readonly messaging?: Pick<Messaging, 'start' | 'stop' | 'stopConsuming'>;
  readonly letters?: Pick<DeadLetters, 'start' | 'stop'>;
  /** Of its own. */
  readonly parts: readonly Part[];
  readonly relay?: Pick<Relay, 'start' | 'stop'>;
  readonly sweeps: readonly Pick<Sweep, 'start' | 'stop'>[];
  /** Parts that listen. */
  readonly doors: readonly Part[];
}

/**
 * The one order of start; a stop is its reverse. First nothing new comes in (doors, sweep), then consumers end the messages
 * in hand, then the relay publishes the events of those, then the publisher confirms and closes. Store and calls are
 * opened before and closed after all of them.
 */
export function inOrder({ messaging, letters, parts, relay, sweeps, doors }: Pieces): Part[] {
  return [
    ...(messaging ? [{ name: 'messaging', start: messaging.start, stop: messaging.stop }] : []),
    ...(letters ? [{ name: 'letters', start: letters.start, stop: letters.stop }] : []),
    ...parts,
    ...(relay ? [{ name: 'relay', start: () => relay.start(), stop: () => relay.stop() }] : []),
    // Messaging has started them; they end before it.
    ...(messaging ? [{ name: 'consumers', stop: messaging.stopConsuming }] : []),
    ...sweeps.map((sweep) => ({ name: 'sweep', start: () => sweep.start(), stop: () => sweep.stop() })),
    ...doors,
  ];
}
