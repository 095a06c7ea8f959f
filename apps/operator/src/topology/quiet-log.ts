import type { Log } from '@order-events/messaging';

/** Only what a person at the command line should know: warnings and errors, a line each. */
export function quietLog(progress: (line: string) => void): Log {
  const line = (phrase: string, fields: object = {}) => progress([phrase, ...Object.values(fields)].join(' · '));
  return { debug: () => undefined, info: () => undefined, warn: line, error: line };
}
