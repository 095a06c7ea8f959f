import type { IncomingMessage } from 'node:http';
import { compile, parseKeys, services } from '@order-events/contracts';
import { createMessaging } from '@order-events/messaging';
import {
  clientAddress,
  composeService,
  createAuth,
  createHealth,
  createHttp,
  createLogger,
  createMetrics,
  createRouter,
  type Service,
  type TrustAddress,
  tokenOptionsOf,
} from '@order-events/runtime';
import { createSweep, openStartMarks, openStore } from '@order-events/store';
import type { Express } from 'express';
import { openApplication } from './application.ts';
import type { NotificationsConfig } from './config.ts';
import { routes } from './http.ts';
import { createLiveSockets } from './live-sockets.ts';

export interface NotificationsOverrides {
  readonly clock?: () => Date;
}

const dayMs = 24 * 60 * 60_000;
const forgetEveryMs = 60 * 60_000;
/** An order of which nothing was heard for so long has ended; if not, its next event waits 2 min for what was forgotten. */
const quietDays = 90;

/** What happens to an order, told to its owner at once, or when they are back. */
export function createNotifications(config: NotificationsConfig, overrides: NotificationsOverrides = {}): Service {
  const { clock = () => new Date() } = overrides;
  const log = createLogger({ service: 'notifications', level: config.LOG_LEVEL });
  const metrics = createMetrics('notifications');
  const health = createHealth();
  const auth = createAuth({
    ...tokenOptionsOf(config),
    service: 'notifications',
    clock,
  });
  const http = createHttp({
    log,
    metrics,
    health,
    host: config.HOST,
    trustProxy: config.TRUST_PROXY,
    upgradePath: services.notifications.livePaths[0],
  });

  async function* parts() {
    const store = await openStore(config.STORE_URL);
    yield { name: 'store', start: async () => undefined, stop: () => store.close() };
    health.add('store', () => store.ping().then(() => ({ ok: true })));

    // Nothing is said before messaging has started, and by then there is somebody to say it to.
    const say = (feed: string, position: number) => live.say({ feed, position });
    const { feeds, progress, handlers, order } = await openApplication({ store, clock, say });
    const sockets = createLiveSockets({
      server: http.server,
      auth,
      feeds,
      ping: () => store.ping(),
      addressOf: (req) => addressOf(req, http.app),
      log,
      metrics,
      origins: config.ALLOWED_ORIGINS,
      limits: { perUser: config.SOCKETS_PER_USER, perAddress: config.SOCKETS_PER_ADDRESS },
      clock,
    });
    const keys = parseKeys(config.EVENT_SIGNING_KEYS);
    const messaging = createMessaging({
      url: config.RABBITMQ_URL,
      managementUrl: config.RABBITMQ_MANAGEMENT_URL,
      service: 'notifications',
      keys,
      log,
      metrics,
      health,
      clock,
    });
    const live = messaging.live((note) => hear(note, sockets.said), { onReady: sockets.catchUp });
    messaging.subscribe('notifications', handlers, { marks: await openStartMarks(store), order });
    http.app.use(createRouter(routes({ feeds }), { service: 'notifications', auth, compile }));
    yield { name: 'messaging', start: messaging.start, stop: messaging.stop };

    const daysAgo = (days: number) => new Date(clock().getTime() - days * dayMs).toISOString();
    const forgetMessages = () => feeds.forgetBefore(daysAgo(config.RETENTION_DAYS), log);
    const forgetOrders = () => progress.forgetBefore(daysAgo(quietDays), log);
    const sweep = createSweep({ jobs: [forgetMessages, forgetOrders], log, everyMs: forgetEveryMs });
    yield { name: 'sweep', start: async () => sweep.start(), stop: () => sweep.stop() };
    yield { name: 'http', start: () => http.start(config.PORT), stop: http.stop };
    yield { name: 'sockets', start: async () => undefined, stop: async () => sockets.stop() };
  }

  return composeService('notifications', log, parts(), () => http.url);
}

/** As for any request (TRUST_PROXY). Behind a proxy that is not trusted nobody's own address is known. */
function addressOf({ headers, socket }: IncomingMessage, app: Express): string | undefined {
  const trusts: TrustAddress = app.get('trust proxy fn');
  const forwardedFor = headers['x-forwarded-for']?.toString();
  if (forwardedFor !== undefined && !trusts(socket.remoteAddress ?? '', 0)) return undefined;
  return clientAddress(socket.remoteAddress, forwardedFor, trusts);
}

function hear(note: unknown, said: (feed: string, position: number) => void): void {
  const { feed, position } = note as { feed: string; position: number };
  said(feed, position);
}
