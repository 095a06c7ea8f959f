import type { Server as HttpServer } from 'node:http';
import { type Auth, type Caller, type Logger, type Metrics, ServiceError } from '@order-events/runtime';
import { Server, type Socket } from 'socket.io';
import { cursorOf, type Positions, positionsOf } from './cursor.ts';
import type { Feeds } from './feed.ts';
import { endsOf, feedsOf, type Listener, readAfter, resume } from './reader.ts';

/** Clients send nothing but their handshake. */
const largestPacket = 16 * 1024;
/** Messages read at once for one socket. */
const page = 100;
/** A client that leaves this many packets unread is cut: it comes back with its cursor and misses nothing. */
const slowAfter = 1_000;
const longestTimerMs = 2 ** 31 - 1;

interface Parts {
  readonly server: HttpServer;
  readonly auth: Pick<Auth, 'verifyPerson'>;
  readonly feeds: Feeds;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly origins: string;
  readonly clock: () => Date;
}

export interface LiveSockets {
  /** The feed has a message at this position: the sockets of this instance that may hear it, and have not, are told. */
  said(feed: string, position: number): void;
  /** Reads for every socket: what was said while this instance heard nothing. */
  catchUp(): void;
  /** Closes every socket; the HTTP server is its owner's. */
  stop(): void;
}

/** One connected client and how far it has been told. */
interface Reading {
  readonly listener: Listener;
  readonly feeds: ReadonlySet<string>;
  positions: Positions;
  /** Reads of one socket run one after another. */
  turn: Promise<void>;
}

export function createLiveSockets({ server, auth, feeds, log, metrics, origins, clock }: Parts): LiveSockets {
  const allowed = origins === '*' ? '*' : origins.split(',').map((origin) => origin.trim());
  const io = new Server(server, { cors: { origin: allowed }, maxHttpBufferSize: largestPacket, serveClient: false });
  const readings = new Map<Socket, Reading>();
  const delivered = metrics.counter('socket_messages_total', 'Messages handed to connected clients', ['event']);
  metrics.gauge('sockets_connected', 'Clients connected', [], (gauge) => gauge.set(readings.size));

  io.use((socket, next) => {
    try {
      const { token, cursor } = socket.handshake.auth as { token?: unknown; cursor?: unknown };
      socket.data.caller = admit(auth, token);
      if (cursor !== undefined) socket.data.cursor = positionsOf(cursor);
      next();
    } catch (error) {
      next(
        error instanceof ServiceError && error.code === 'cursor-invalid'
          ? new Error('Invalid cursor')
          : (error as Error),
      );
    }
  });

  io.on('connection', (socket) => {
    const caller: Caller = socket.data.caller;
    const expiresInMs = caller.expiresAt.getTime() - clock().getTime();
    const expiry = setTimeout(() => socket.disconnect(true), Math.min(expiresInMs, longestTimerMs));
    socket.on('disconnect', () => {
      clearTimeout(expiry);
      readings.delete(socket);
    });
    void welcome(socket, { userId: caller.id, admin: caller.role === 'admin' });
  });

  async function welcome(socket: Socket, listener: Listener): Promise<void> {
    const rooms = Object.keys(feedsOf(listener));
    await socket.join(rooms);
    try {
      const asked: Positions | undefined = socket.data.cursor;
      const { positions, expired } = asked
        ? await resume(feeds, listener, asked)
        : { positions: await endsOf(feeds, listener), expired: false };
      if (!socket.connected) return;
      socket.emit('ready', { cursor: cursorOf(positions) });
      if (expired) socket.emit('cursor:expired', { cursor: cursorOf(positions) });
      readings.set(socket, { listener, feeds: new Set(rooms), positions, turn: Promise.resolve() });
      wake(socket);
    } catch (error) {
      give(socket, error);
    }
  }

  function wake(socket: Socket): void {
    const reading = readings.get(socket);
    if (!reading) return;
    reading.turn = reading.turn.then(() => readOn(socket, reading)).catch((error: unknown) => give(socket, error));
  }

  async function readOn(socket: Socket, reading: Reading): Promise<void> {
    for (;;) {
      const { told, positions } = await readAfter(feeds, reading.listener, reading.positions, page);
      if (told.length === 0 || !socket.connected) return;
      for (const { event, payload } of told) {
        socket.emit(event, payload);
        delivered.inc({ event });
      }
      reading.positions = positions;
      const waiting = (socket.conn as unknown as { writeBuffer: unknown[] }).writeBuffer.length;
      if (waiting > slowAfter) return void socket.disconnect(true);
    }
  }

  // The client comes back with its cursor; until then nothing may be sent past what it missed.
  function give(socket: Socket, error: unknown): void {
    log.warn('socket closed, its feed could not be read', { error });
    socket.disconnect(true);
  }

  return {
    said(feed, position) {
      for (const [socket, { feeds: heard, positions }] of readings) {
        const known = feed === 'admins' ? (positions.admins ?? 0) : positions.user;
        if (heard.has(feed) && position > known) wake(socket);
      }
    },
    catchUp: () => {
      for (const socket of readings.keys()) wake(socket);
    },
    stop: () => void io.disconnectSockets(true),
  };
}

function admit(auth: Pick<Auth, 'verifyPerson'>, token: unknown): Caller {
  if (token === undefined || token === null || token === '') throw new Error('Authentication error: No token provided');
  try {
    return auth.verifyPerson(String(token));
  } catch (error) {
    throw new Error('Authentication error: Invalid token', { cause: error });
  }
}
