import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type ChannelModel, connect } from 'amqplib';
import { exchange, inWindow, newIds } from './arm.ts';
import { countdown, hearers, type OrderService, people, prefetch, said } from './order-service.ts';

interface Style {
  readonly name: string;
  /** The next order is taken when the one before is confirmed. */
  readonly oneByOne: boolean;
  /** With an outbox row in the order's transaction, and a row per event heard in the effect's. Without: neither. */
  readonly careful: boolean;
  readonly ackEvery: number;
}

export const orderStyles: readonly Style[] = [
  { name: 'naive', oneByOne: true, careful: false, ackEvery: 1 },
  { name: 'good practice by hand', oneByOne: false, careful: true, ackEvery: 50 },
];

/** amqplib and SQLite used directly, a transaction an order and one a message. Nothing is signed or checked. */
export async function createOrdersByHand(
  url: string,
  folder: string,
  body: string,
  style: Style,
): Promise<OrderService> {
  const { name, oneByOne, careful, ackEvery } = style;
  const done = countdown();
  const publishing = await connect(url, { noDelay: true });
  const channel = await publishing.createConfirmChannel();
  const orders = open(join(folder, `${randomUUID()}.db`));
  const consumers = await Promise.all(
    hearers.map((queue) => hear(url, queue, folder, { careful, ackEvery }, done.heard)),
  );
  const save = orders.prepare('INSERT INTO documents VALUES (?, ?)');
  const keep = orders.prepare('INSERT INTO outbox VALUES (?, ?)');
  const drop = orders.prepare('DELETE FROM outbox WHERE id = ?');

  async function takeOne(id: string): Promise<void> {
    inTransaction(orders, () => {
      save.run(id, body);
      if (careful) keep.run(id, body);
    });
    await new Promise<void>((resolve, reject) => {
      const properties = { persistent: true, mandatory: true, messageId: id, type: said };
      channel.publish(exchange, said, Buffer.from(body), properties, (error) => (error ? reject(error) : resolve()));
    });
    if (careful) drop.run(id);
  }

  return {
    name,
    async take(count) {
      const all = done.wait(count * hearers.length);
      await inWindow(newIds(count), oneByOne ? 1 : people, takeOne);
      await all;
    },
    async close() {
      await Promise.all(consumers.map((stop) => stop()));
      await publishing.close();
      orders.close();
    },
  };
}

interface Care {
  readonly careful: boolean;
  readonly ackEvery: number;
}

async function hear(url: string, queue: string, folder: string, { careful, ackEvery }: Care, heard: () => void) {
  const connection: ChannelModel = await connect(url, { noDelay: true });
  const channel = await connection.createChannel();
  const database = open(join(folder, `${randomUUID()}.db`));
  const mark = database.prepare('INSERT OR IGNORE INTO outbox VALUES (?, ?)');
  const save = database.prepare('INSERT INTO documents VALUES (?, ?)');
  await channel.prefetch(prefetch);
  let unacknowledged = 0;
  let idle: NodeJS.Timeout | undefined;
  await channel.consume(queue, (message) => {
    if (!message) return;
    const id = String(message.properties.messageId);
    const event = JSON.parse(message.content.toString('utf8'));
    inTransaction(database, () => {
      if (!careful || mark.run(id, '').changes === 1) save.run(id, JSON.stringify(event));
    });
    heard();
    unacknowledged += 1;
    if (unacknowledged >= ackEvery) acknowledge();
    // What is left of a batch must not wait for ever.
    else idle ??= setTimeout(acknowledge, 50);
  });

  function acknowledge(): void {
    clearTimeout(idle);
    idle = undefined;
    unacknowledged = 0;
    channel.ackAll();
  }

  return async () => {
    clearTimeout(idle);
    if (unacknowledged > 0) acknowledge();
    await channel.close();
    await connection.close();
    database.close();
  };
}

function open(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE documents (id TEXT PRIMARY KEY, body TEXT) STRICT;
    CREATE TABLE outbox (id TEXT PRIMARY KEY, body TEXT) STRICT`);
  return database;
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  work();
  database.exec('COMMIT');
}
