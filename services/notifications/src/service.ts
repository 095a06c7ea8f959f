import { services, sourceOf } from '@order-events/contracts';
import { defineService } from '@order-events/service';
import { openProgress } from '@order-events/store';
import { notificationsSettings } from './config.ts';
import { openFeeds } from './feed.ts';
import { forgetJobs } from './forget.ts';
import { routes } from './http.ts';
import { keepIn } from './keep.ts';
import { createLiveSockets, type Hint, type LiveSockets } from './live-sockets.ts';
import { socketAddress } from './socket-address.ts';
import { subscriptions } from './subscriptions.ts';

/** Notifications: sends owners messages about their orders, at once, or when they reconnect. */
export const service = defineService({
  name: 'notifications',
  settings: notificationsSettings,
  async open({ config, store, clock, log, metrics, auth, live }) {
    const feeds = await openFeeds(store, clock);
    const progress = await openProgress(store, clock);
    let sockets: LiveSockets | undefined;
    const hints = live((hint) => sockets?.notify(hint as Hint), { onReady: () => sockets?.catchUp() });
    const handlers = subscriptions(keepIn(feeds, hints.broadcast));
    const ping = () => store.ping();
    return {
      subscriptions: [{ queue: 'notifications', handlers, order: { sources: [sourceOf('orders')], progress } }],
      hourlyJobs: forgetJobs({ feeds, progress, clock, log, retentionDays: config.RETENTION_DAYS }),
      routes: routes({ feeds }),
      upgrades: {
        path: services.notifications.livePaths[0],
        attach: ({ server, app }) => {
          const addressOf = socketAddress(app);
          sockets = createLiveSockets({ server, addressOf, auth, feeds, ping, log, metrics, clock, config });
        },
        detach: () => sockets?.stop(),
      },
    };
  },
});
