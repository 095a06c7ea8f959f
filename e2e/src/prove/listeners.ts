import { io, type Socket } from 'socket.io-client';

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

const told = ['order:created', 'order:updated', 'order:status_changed', 'order:cancelled', 'order:completed'];

/** Stays connected as any client would: after each break it comes back with the last cursor it got. */
export function listen(gateway: string, person: string, token: string): Listener {
  const heard: Heard[] = [];
  const first = Promise.withResolvers<void>();
  let cursor: string | undefined;
  let closed = false;
  const socket: Socket = io(gateway, {
    auth: (give) => give({ token, ...(cursor !== undefined && { cursor }) }),
    reconnectionDelay: 200,
    reconnectionDelayMax: 1_000,
  });
  // A handshake that the gateway or the service refused for its own trouble is not tried again by the client itself.
  const comeBack = () => setTimeout(() => closed || socket.active || socket.connect(), 300);
  socket.on('connect_error', comeBack);
  socket.on('disconnect', comeBack);
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
  function close(): void {
    closed = true;
    socket.disconnect();
  }

  return { person, heard, ready: () => first.promise, close };
}
