import type { Env } from './config.ts';
import { createLogger } from './logger.ts';
import type { Service } from './service.ts';
import { explainStartFailure } from './start-failure.ts';

const stopWithinMs = 25_000;

/**
 * Runs a service as this process until SIGTERM or SIGINT, then stops it; a second signal, or 25 s, ends it at once.
 * Exit code 0 after an orderly stop; 1 when it couldn't start, did not stop, or met an error nobody handled.
 */
export function runMain(create: (env: Env) => Service): void {
  const log = createLogger({ service: 'process', level: 'info' });
  let service: Service | undefined;
  let stopping = false;

  function die(phrase: string, error: unknown): never {
    log.error(phrase, { error });
    process.exit(1);
  }

  async function stop(signal: NodeJS.Signals): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    log.info('stopping', { signal });
    setTimeout(
      () => die('not stopped in time', new Error(`still running after ${stopWithinMs} ms`)),
      stopWithinMs,
    ).unref();
    await service?.stop().catch((error: unknown) => die('stopped with errors', error));
    process.exit(0);
  }

  async function start(): Promise<void> {
    service = create(process.env);
    await service.start();
  }

  // A start that waits for its next try must not end the process because nothing else runs yet.
  setInterval(() => undefined, 2 ** 30);
  process.on('uncaughtException', (error) => die('unhandled error', error));
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  start().catch((error: unknown) => {
    if (stopping) return;
    const explanation = explainStartFailure(error);
    if (!explanation) die('start failed', error);
    process.stderr.write(`${service?.name ?? 'The service'} can’t start: ${explanation}\n`);
    process.exit(1);
  });
}
