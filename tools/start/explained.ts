import { explainStartFailure } from '@order-events/runtime';
import { NoBrokerError } from '../broker/broker.ts';

/** One line that says what to do where the surroundings are at fault; the stack of everything unexpected. */
export function explained(error: unknown): string {
  if (error instanceof NoBrokerError) return error.message;
  if (isBadOption(error)) return `${error.message.split('. ')[0]}. See: npm start -- --help`;
  return explainStartFailure(error) ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function isBadOption(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
