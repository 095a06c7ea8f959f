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

    /** Takes everything out of a queue and puts it back in another order, as the same messages to this queue alone. */
    async reorder(queue: string, shuffle: (letters: readonly Letter[]) => Letter[]): Promise<number> {
      const body = { count: 10_000, ackmode: 'ack_requeue_false', encoding: 'auto' };
      const taken = shuffle(await management.post<Letter[]>(`${path(queue)}/get`, body));
      for (const { payload, properties, routing_key } of taken) {
        const headers = { 'original-routing-key': routing_key, ...properties.headers };
        await management.post(`/exchanges/${name}/amq.default/publish`, {
          routing_key: queue,
          properties: { ...properties, headers },
          payload,
          payload_encoding: 'string',
        });
      }
      return taken.length;
    },

    /** With all that is in it; whoever consumes it is cancelled by the broker. */
    remove: (queue: string) => management.delete(path(queue)),

    /**
     * From now on the queues of that pattern refuse what comes while they hold so many. A limit is lifted by a high one:
     * with none at all, RabbitMQ 3.10 never tells those whom it refused that it takes messages again.
     */
    limit: (pattern: string, messages: number) =>
      management.put(`/policies/${name}/limit`, {
        pattern,
        'apply-to': 'queues',
        definition: { 'max-length': messages },
      }),

    /** Ends connections as an operator could, about every other one; each comes back by itself. Answers how many there were. */
    async closeConnections(random: () => number): Promise<number> {
      const open = await management.get<{ name: string }[]>(`/vhosts/${name}/connections`);
      const chosen = open.filter(() => random() < 0.5);
      // One may have ended by itself meanwhile.
      for (const each of chosen)
        await management.delete(`/connections/${encodeURIComponent(each.name)}`).catch(() => {});
      return chosen.length;
    },
  };
}
export type Queues = ReturnType<typeof queuesOf>;
