import { explainStartFailure } from '@order-events/runtime';
import { NoBrokerError } from '../broker/broker.ts';
import { ServiceStartError } from './system.ts';

/** One line that says what to do where the surroundings are at fault; the stack of everything unexpected. */
export function explained(error: unknown): string {
  if (error instanceof NoBrokerError) return error.message;
  if (isBadOption(error)) return `${error.message.split('. ')[0]}. See: npm start -- --help`;
  const reason = explainStartFailure(error);
  if (reason && error instanceof ServiceStartError) return `${error.message}: ${reason}\n${hint(error.service)}`;
  return reason ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}

function hint(service: string): string {
  return `A setting for ${service} alone has its name in front: ${service.toUpperCase()}_PORT=… npm start`;
}

function isBadOption(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');
}
