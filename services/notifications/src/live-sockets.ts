import { once } from 'node:events';
import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { type Auth, type Caller, type Logger, type Metrics, ServiceError } from '@order-events/runtime';
import { Server, type Socket } from 'socket.io';
import { createAdmission, type Refusal } from './admission.ts';
import type { NotificationsConfig } from './config.ts';
import { cursorOf, type Positions, positionsOf } from './cursor.ts';
import { actAt } from './expiry.ts';
import type { Feeds } from './feed.ts';
import { createPlaces } from './places.ts';
import { endsOf, type FeedReader, feedsOf, readAfter, resume } from './reader.ts';

/** Clients send nothing but their handshake. */
const largestPacket = 16 * 1024;
/** Messages read at once for one socket. */
const page = 100;
/** A client that takes no page for this long is disconnected: it reconnects with its cursor and misses nothing. */
const slowAfterMs = 20_000;
/** How often the feeds of a socket are read without a hint, in case one was lost. */
const readAnywayMs = 30_000;

interface Parts {
  readonly server: HttpServer;
  readonly auth: Pick<Auth, 'verifyPerson'>;
  readonly feeds: Feeds;
  /** Rejects while the feeds can't be read. */
  readonly ping: () => Promise<void>;
  /** A client's address; undefined when it is not known. */
  readonly addressOf: (req: IncomingMessage) => string | undefined;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly config: Pick<NotificationsConfig, 'ALLOWED_ORIGINS' | 'SOCKETS_PER_USER' | 'SOCKETS_PER_ADDRESS'>;
  readonly clock: () => Date;
  /** Default 30 s. */
  readonly readAnywayMs?: number;
  /** Default 20 s. */
  readonly slowAfterMs?: number;
}

/** The feed has a message at this position. */
export interface Hint {
  readonly feed: string;
  readonly position: number;
}

export interface LiveSockets {
  /** Sends the message of a hint to the sockets of this instance that have not got it. */
  notify(hint: Hint): void;
  /** Reads the feeds of every socket, after this instance may have missed hints. */
  catchUp(): void;
  /** Refuses new clients and closes all transports. The caller closes the HTTP server. */
  stop(): void;
}

type Reason = 'token-expired' | 'reads-slowly' | 'feed-unreadable' | 'too-many-of-user';

/** One connected client, and how far it has got its feeds. */
interface Reading {
  readonly reader: FeedReader;
  readonly feeds: ReadonlySet<string>;
  /** When its token ends. */
  readonly until: Date;
  positions: Positions;
  /** Reads of one socket run one after another. */
  turn: Promise<void>;
  /** The next one has not begun: it finds what is there by then. */
  waits: boolean;
}

export function createLiveSockets(parts: Parts): LiveSockets {
  const { server, auth, feeds, ping, addressOf, log, metrics, clock } = parts;
  const { ALLOWED_ORIGINS, SOCKETS_PER_USER, SOCKETS_PER_ADDRESS: perAddress } = parts.config;
  const origins = ALLOWED_ORIGINS === '*' ? '*' : ALLOWED_ORIGINS.split(',').map((origin) => origin.trim());
  const refused = metrics.counter('sockets_refused_total', 'Connections refused before they began', ['reason']);
  const onRefused = (reason: Refusal) => refused.inc({ reason });
  const admission = createAdmission({ ping, addressOf, origins, perAddress, onRefused });
  const io = new Server(server, {
    cors: { origin: origins },
    maxHttpBufferSize: largestPacket,
    serveClient: false,
    allowRequest: (req, decide) => void admission.allowRequest(req, decide),
  });
  const users = createPlaces(SOCKETS_PER_USER);
  const readings = new Map<Socket, Reading>();
  const delivered = metrics.counter('socket_messages_total', 'Messages handed to connected clients', ['event']);
  const closed = metrics.counter('sockets_closed_total', 'Connections closed by the service', ['reason']);
  metrics.gauge('sockets_connected', 'Clients connected', [], (gauge) => gauge.set(readings.size));

  io.engine.on('connection', (conn: Socket['conn']) => conn.once('close', admission.entered(conn.request)));

  io.use((socket, next) => {
    const { token, cursor } = socket.handshake.auth as { token?: unknown; cursor?: unknown };
    try {
      const caller = admit(auth, token);
      if (cursor !== undefined && cursor !== null) socket.data.cursor = positionsOf(caller.id, cursor);
      // Only for a while: so the transport is closed, since after an error here a standard client would not reconnect.
      if (users.isFull(caller.id)) return cut(socket, 'too-many-of-user');
      socket.data.caller = caller;
      next();
    } catch (error) {
      const wrongCursor = error instanceof ServiceError && error.code === 'cursor-invalid';
      next(wrongCursor ? new Error('Invalid cursor') : (error as Error));
    }
  });

  io.on('connection', (socket) => {
    const caller: Caller = socket.data.caller;
    const leave = users.take(caller.id);
    const stay = actAt(caller.expiresAt, clock, () => cut(socket, 'token-expired'));
    const readAnyway = setInterval(wake, parts.readAnywayMs ?? readAnywayMs, socket).unref();
    socket.on('disconnect', () => {
      leave();
      stay();
      clearInterval(readAnyway);
      readings.delete(socket);
    });
    void begin(socket, { userId: caller.id, admin: caller.role === 'admin' }, caller.expiresAt);
  });

  // Closes the transport, never the session: a standard client then reconnects by itself, with a new token and its cursor.
  function cut(socket: Socket, reason: Reason): void {
    closed.inc({ reason });
    readings.delete(socket);
    closeTransport(socket.conn);
  }

  async function begin(socket: Socket, reader: FeedReader, until: Date): Promise<void> {
    const rooms = Object.keys(feedsOf(reader));
    await socket.join(rooms);
    try {
      const asked: Positions | undefined = socket.data.cursor;
      const { positions, expired } = asked
        ? await resume(feeds, reader, asked)
        : { positions: await endsOf(feeds, reader), expired: false };
      if (!socket.connected) return;
      const cursor = cursorOf(reader.userId, positions);
      socket.emit('ready', { cursor });
      if (expired) socket.emit('cursor:expired', { cursor });
      readings.set(socket, {
        reader,
        until,
        feeds: new Set(rooms),
        positions,
        turn: Promise.resolve(),
        waits: false,
      });
      wake(socket);
    } catch (error) {
      unread(socket, error);
    }
  }

  let unreadable = false;

  function wake(socket: Socket): void {
    const reading = readings.get(socket);
    if (!reading || reading.waits) return;
    reading.waits = true;
    reading.turn = reading.turn.then(() => readOn(socket, reading)).catch((error: unknown) => unread(socket, error));
  }

  // Sending later messages would leave a gap, so the client has to reconnect with its cursor.
  function unread(socket: Socket, error: unknown): void {
    // One warning per outage, not one per socket.
    log[unreadable ? 'debug' : 'warn']('socket closed, its feed could not be read', { error });
    unreadable = true;
    cut(socket, 'feed-unreadable');
  }

  async function readOn(socket: Socket, reading: Reading): Promise<void> {
    reading.waits = false;
    // Timers stop while a machine sleeps, and don't follow a clock that is set.
    if (reading.until <= clock()) return cut(socket, 'token-expired');
    for (;;) {
      const { messages, positions } = await readAfter(feeds, reading.reader, reading.positions, page);
      if (unreadable) log.info('feeds are read again');
      unreadable = false;
      if (messages.length === 0 || readings.get(socket) !== reading) return;
      for (const { event, payload } of messages) {
        socket.emit(event, payload);
        delivered.inc({ event });
      }
      reading.positions = positions;
      const took = await taken(socket.conn, parts.slowAfterMs ?? slowAfterMs);
      if (!took && readings.get(socket) === reading) return cut(socket, 'reads-slowly');
    }
  }

  return {
    notify({ feed, position }) {
      for (const [socket, { feeds: subscribed, positions }] of readings) {
        const known = feed === 'admins' ? (positions.admins ?? 0) : positions.user;
        if (subscribed.has(feed) && position > known) wake(socket);
      }
    },
    catchUp: () => {
      for (const socket of readings.keys()) wake(socket);
    },
    stop() {
      admission.close();
      io.engine.close();
    },
  };
}

// A client that is changing its transport would notice a close only when its pings fail, after 45 s. So the change ends or fails first.
function closeTransport(conn: Socket['conn']): void {
  if (conn.upgrading) setTimeout(closeTransport, 50, conn).unref();
  else conn.close(true);
}

// Resolves when the transport has sent all that was written, so that a process buffers at most one page for a client.
function taken(conn: Socket['conn'], withinMs: number): Promise<boolean> {
  const { writeBuffer } = conn as unknown as { writeBuffer: unknown[] };
  if (writeBuffer.length === 0) return Promise.resolve(true);
  return once(conn, 'drain', { signal: AbortSignal.timeout(withinMs) }).then(
    () => true,
    () => false,
  );
}

function admit(auth: Pick<Auth, 'verifyPerson'>, token: unknown): Caller {
  if (token === undefined || token === null || token === '') throw new Error('Authentication error: No token provided');
  try {
    return auth.verifyPerson(String(token));
  } catch (error) {
    throw new Error('Authentication error: Invalid token', { cause: error });
  }
}
