import { afterEach } from '@jest/globals';
import type { Express } from 'express';
import { createHealth } from '../src/health.ts';
import { createHttp, type Http, type HttpOptions } from '../src/http.ts';
import { createMetrics } from '../src/metrics.ts';
import { logLines } from './log-lines.ts';

const running: Http[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((http) => http.stop()));
});

/** The real server on a free loopback port, stopped after the test. */
export async function serve(routes: (app: Express) => void, options: Partial<HttpOptions> = {}) {
  const logged = logLines();
  const health = createHealth();
  const metrics = createMetrics('test');
  const http = createHttp({ log: logged.log, health, metrics, host: '127.0.0.1', ...options });
  routes(http.app);
  await http.start(0);
  running.push(http);
  return { http, health, metrics, url: http.url, ...logged };
}
