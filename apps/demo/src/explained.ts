import { explainStartFailure } from '@order-events/runtime';
import { NoBrokerError } from '@order-events/tools/broker';
import { UsageError } from '@order-events/tools/command-line';
import { FolderError } from './kept-file.ts';
import { PortsError } from './ports.ts';
import { ServiceStartError } from './system.ts';

const told = [NoBrokerError, FolderError, UsageError, PortsError];

/** One line that says what to do where the surroundings are at fault; everything unexpected with its stack and its causes. */
export function explained(error: unknown): string {
  if (told.some((kind) => error instanceof kind)) return (error as Error).message;
  const reason = explainStartFailure(error);
  if (reason && error instanceof ServiceStartError) return `${error.message}: ${reason}${hint(error.service, reason)}`;
  return reason ?? unexpected(error);
}

function unexpected(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error instanceof ServiceStartError ? error.message : (error.stack ?? error.message);
  return error.cause === undefined ? own : `${own}\ncaused by ${unexpected(error.cause)}`;
}

function hint(service: string, reason: string): string {
  if (!/PORT|^settings/.test(reason)) return '';
  return `\nA setting for ${service} alone has its name in front: ${service.toUpperCase()}_PORT=… npm start`;
}
