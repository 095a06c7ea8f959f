import express, { type Router } from 'express';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** What operators and orchestrators ask, on the service's own port: not through the gateway, without a token. */
export function operations(health: Health, metrics: Metrics): Router {
  const router = express.Router();
  // Lives as long as it answers: a dependency that is down must not get it restarted.
  router.get('/livez', (_req, res) => void res.json({ status: 'alive' }));
  router.get('/readyz', async (_req, res) => {
    const report = await health.report();
    res.status(report.status === 'ready' ? 200 : 503).json(report);
  });
  router.get('/metrics', async (_req, res) => {
    res.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics.text());
  });
  return router;
}
