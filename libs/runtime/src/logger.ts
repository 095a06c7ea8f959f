import winston from 'winston';
import { mask } from './mask.ts';
import { currentTrace } from './trace.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

/** A phrase is constant and lower-case ('order stored'); what varies goes into fields, ids always. */
export interface Logger {
  debug(phrase: string, fields?: object): void;
  info(phrase: string, fields?: object): void;
  warn(phrase: string, fields?: object): void;
  error(phrase: string, fields?: object): void;
  /** A logger that adds these fields to every line. */
  child(fields: object): Logger;
}

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  readonly stream?: NodeJS.WritableStream;
}

/**
 * Writes one JSON object a line: time, level, service, message (the phrase), traceId where there is one, fields.
 * Everything is masked: see mask.ts. Never throws because of a field.
 */
export function createLogger({ service, level, stream = process.stdout }: LoggerOptions): Logger {
  const lines = winston.createLogger({
    level,
    format: winston.format.printf(({ level, message, fields }) => lineOf(service, level, String(message), fields)),
    transports: [new winston.transports.Stream({ stream, eol: '\n' })],
  });
  return loggerWith(lines, {});
}

function loggerWith(lines: winston.Logger, bound: object): Logger {
  const at = (level: LogLevel) => {
    // Asked once: asking costs more than most of what is logged for debugging is about.
    if (!lines.isLevelEnabled(level)) return () => undefined;
    return (phrase: string, fields?: object) => {
      lines.log({ level, message: phrase, fields: { ...bound, ...fields } });
    };
  };
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => loggerWith(lines, { ...bound, ...fields }),
  };
}

function lineOf(service: string, level: string, message: string, fields: unknown): string {
  const traceId = currentTrace()?.traceId;
  const head = { time: new Date().toISOString(), level, service, message, ...(traceId ? { traceId } : {}) };
  // First for the order of the names, last because no field may pretend to be one of them.
  return JSON.stringify({ ...head, ...(mask(fields) as object), ...head });
}
