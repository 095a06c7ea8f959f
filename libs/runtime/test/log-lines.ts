import { PassThrough } from 'node:stream';
import { createLogger, type Logger, type LogLevel } from '../src/logger.ts';

/** A logger whose lines can be read back. */
export function logLines(level: LogLevel = 'debug'): {
  log: Logger;
  lines: () => Record<string, unknown>[];
  text: () => string;
} {
  const stream = new PassThrough();
  let written = '';
  stream.on('data', (chunk) => {
    written += chunk;
  });
  const text = () => written + (stream.read() ?? '');
  return {
    log: createLogger({ service: 'test', level, stream }),
    text,
    lines: () =>
      text()
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
  };
}
