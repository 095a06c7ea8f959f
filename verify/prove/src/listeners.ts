import { createClient, type Message } from '@order-events/client';
import { io } from 'socket.io-client';

/** What one person was told live, in the order in which it came. */
export interface Heard {
  readonly event: string;
  readonly orderId: string;
  readonly cursor: string;
}

export interface Listener {
  readonly person: string;
  readonly heard: readonly Heard[];
  /** Resolves once the first connection stands: what is said from then on is owed. */
  ready(): Promise<void>;
  close(): void;
}

/** Each stays connected for as long as it is open; nobody reconnects by hand. */
export type Listen = (gateway: string, person: string, token: string) => Listener;

const told = ['order:created', 'order:updated', 'order:status_changed', 'order:cancelled', 'order:completed'];

/** A plain Socket.IO client, as the README shows it. */
export const listenPlainly: Listen = (gateway, person, token) => {
  const heard: Heard[] = [];
  const first = Promise.withResolvers<void>();
  let cursor: string | undefined;
  const socket = io(gateway, { auth: (give) => give({ token, cursor }) });
  socket.on('ready', (said: { cursor: string }) => {
    cursor ??= said.cursor;
    first.resolve();
  });
  for (const event of told) {
    socket.on(event, (payload: { order: { id: string }; cursor: string }) => {
      heard.push({ event, orderId: payload.order.id, cursor: payload.cursor });
      cursor = payload.cursor;
    });
  }
  return { person, heard, ready: () => first.promise, close: () => void socket.disconnect() };
};

/** The client of libs/client. */
export const listenWithClient: Listen = (gateway, person, token) => {
  const heard: Heard[] = [];
  const first = Promise.withResolvers<void>();
  const ending = new AbortController();
  const client = createClient({ url: gateway, token: () => token });
  // A watch that ends by an error hears nothing more: the checker finds what is missing.
  void hear(client.watch({ signal: ending.signal, onReady: first.resolve }), heard).catch(first.reject);
  return { person, heard, ready: () => first.promise, close: () => ending.abort() };
};

async function hear(messages: AsyncIterable<Message>, heard: Heard[]): Promise<void> {
  for await (const message of messages) {
    if ('order' in message) heard.push({ event: message.event, orderId: message.order.id, cursor: message.cursor });
  }
}
