import type { Management } from '@order-events/testing';
import type { Vhost } from './broker.ts';

/** A message that lies in a queue, as the management API shows it. */
export interface Letter {
  readonly payload: string;
  readonly routing_key: string;
  readonly properties: { readonly message_id?: string; readonly headers?: Record<string, unknown> };
}

export function queuesOf({ name, management }: Vhost) {
  const path = (queue: string) => `/queues/${name}/${encodeURIComponent(queue)}`;

  return {
    /** Messages by queue, waiting or handed out; the broker's own count, a few seconds old. */
    async depths(): Promise<ReadonlyMap<string, number>> {
      const queues = await management.get<{ name: string; messages?: number }[]>(`/queues/${name}`);
      return new Map(queues.map(({ name: queue, messages = 0 }) => [queue, messages]));
    },

    /** What lies in the queue; it stays there. */
    letters: (queue: string) =>
      management.post<Letter[]>(`${path(queue)}/get`, { count: 10_000, ackmode: 'ack_requeue_true', encoding: 'auto' }),

    publish: (routingKey: string, payload: string, properties: object) =>
      management.post(`/exchanges/${name}/order_events/publish`, {
        routing_key: routingKey,
        properties,
        payload,
        payload_encoding: 'string',
      }),

    /** A queue that gets a copy of every event; what it took is read with letters(). */
    async tap(): Promise<string> {
      await management.put(path('tap'), { durable: true });
      await management.post(`/bindings/${name}/e/order_events/q/tap`, { routing_key: '#' });
      return 'tap';
    },

    /** Ends a service's connections as an operator could; it comes back by itself. */
    closeConnections: (named: string) => closeConnections(management, name, named),
  };
}
export type Queues = ReturnType<typeof queuesOf>;

interface Connection {
  readonly name: string;
  readonly vhost: string;
  readonly client_properties?: { readonly connection_name?: string };
}

async function closeConnections(management: Management, vhost: string, named: string): Promise<number> {
  const open = await management.get<Connection[]>('/connections');
  const wanted = open.filter((each) => each.vhost === vhost && each.client_properties?.connection_name === named);
  for (const { name } of wanted) await management.delete(`/connections/${encodeURIComponent(name)}`).catch(() => {});
  return wanted.length;
}
