import { setTimeout as pause } from 'node:timers/promises';
import type { Channel } from 'amqplib';
import { onOwnChannel } from '../channel.ts';
import { movingOf } from '../standing/compare.ts';
import { type Management, ManagementError } from '../standing/management.ts';
import { readStanding } from '../standing/standing.ts';
import { dlqOf, type Queue, type Topology } from '../topology.ts';
import { moveAll } from './move.ts';
import { type Operation, OperationRefusedError } from './operation.ts';

export interface Replacing {
  readonly operation: Operation;
  readonly management: Management;
  readonly described: Topology;
  readonly say: (line: string) => void;
  /** How old the management API's figures can be. */
  readonly settleMs: number;
}

const LOOK_MS = 250;
const PATIENCE = 10;
/** RabbitMQ writes the name of a new queue down up to a second later. Killed before that, it loses what it had confirmed to it. */
const NOTED_MS = 1_500;
// Nothing may happen to what waits here.
const WAITING = { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000_000 };

/**
 * A queue's arguments can't be changed and a quorum queue can't be renamed, so its messages wait in `<queue>.moving`
 * while it is made anew. Each step leaves every event bound to at least one of the two, and every message in at least
 * one. What stands in the broker says which step comes next, so a second run goes on where the first was cut off.
 */
export async function replaceQueue(replacing: Replacing, queue: Queue, isWrong: boolean): Promise<void> {
  const { operation, described, say } = replacing;
  const { name } = queue;
  const moving = movingOf(name);
  if (isWrong) {
    say(`queue ${name}: its messages move to ${moving}`);
    await make(operation, { name: moving, arguments: WAITING });
    await onOwnChannel(operation.model, (channel) => bindAs(channel, described, name, moving));
    await unbindAll(replacing, name);
    await emptied(replacing, name);
    await deleteEmpty(operation, name);
  }
  await make(operation, queue);
  // What waited goes before what comes from now on.
  let moved = await moveAll(operation, moving, name);
  await onOwnChannel(operation.model, (channel) => bindAs(channel, described, name, name));
  await unbindAll(replacing, moving);
  moved += await moveAll(operation, moving, name);
  // Nobody else consumes it and nothing leaves it by itself: what moveAll saw is all there was.
  await deleteEmpty(operation, moving);
  say(`queue ${name}: stands as described, ${moved} messages came back`);
}

/** Takes away a queue that is bound to nothing any more, if it is empty; says so otherwise. */
export async function retireQueue(replacing: Replacing, name: string): Promise<void> {
  await unbindAll(replacing, name);
  if ((await readyIn(replacing.operation, name)) > 0 || !(await isSettled(replacing, [name])))
    return replacing.say(`queue ${name}: still holds messages; apply again once they have gone`);
  await deleteEmpty(replacing.operation, name);
  replacing.say(`queue ${name}: taken away`);
}

/** Declares a queue to which messages may go at once. */
async function make({ model }: Operation, { name, arguments: args }: Queue): Promise<void> {
  await onOwnChannel(model, (channel) => channel.assertQueue(name, { durable: true, arguments: args }));
  await pause(NOTED_MS);
}

async function bindAs(channel: Channel, { bindings }: Topology, name: string, queue: string): Promise<void> {
  const own = bindings.filter((binding) => binding.queue === name);
  await Promise.all(own.map(({ exchange, key }) => channel.bindQueue(queue, exchange, key)));
}

async function unbindAll({ operation, management }: Replacing, queue: string): Promise<void> {
  const { bindings } = await readStanding(management);
  const own = bindings.filter(({ destination, kind }) => kind === 'queue' && destination === queue);
  await onOwnChannel(operation.model, async (channel) => {
    for (const { source, key } of own) await channel.unbindQueue(queue, source, key);
  });
}

// Its tiers too: they give their messages back to it by its name, and it is about to be gone for a moment.
async function emptied(replacing: Replacing, name: string): Promise<void> {
  const { operation, described } = replacing;
  const isTier = new RegExp(`^${name.replaceAll('.', '\\.')}\\.retry\\.\\d+$`);
  const tiers = described.queues.map((queue) => queue.name).filter((other) => isTier.test(other));
  for (let tries = 0; tries < PATIENCE; tries++) {
    await moveAll(operation, name, movingOf(name));
    if (await isSettled(replacing, [name, ...tiers])) return;
  }
  throw new OperationRefusedError(
    `queue ${name} or one of its delay queues doesn’t become empty: stop whoever fills it, look at ${dlqOf(name)}, apply again; ` +
      `what was moved waits in ${movingOf(name)}`,
  );
}

/** Whether all stay empty for as long as figures can be old: ready, unacknowledged, and dead letters on their way. */
async function isSettled({ operation, management, settleMs }: Replacing, names: readonly string[]): Promise<boolean> {
  for (const end = Date.now() + settleMs; Date.now() < end; await pause(LOOK_MS)) {
    for (const name of names) if ((await readyIn(operation, name)) > 0) return false;
  }
  const held = await Promise.all(names.map((name) => heldIn(management, name)));
  return held.every((count) => count === 0);
}

interface Figures {
  readonly messages?: number;
  readonly messages_dlx?: number;
}

async function heldIn(management: Management, name: string): Promise<number> {
  const path = `/queues/${management.vhost}/${encodeURIComponent(name)}`;
  const { messages = 0, messages_dlx: onTheirWay = 0 } = await management.get<Figures>(path).catch(absent);
  return messages + onTheirWay;
}

async function readyIn({ model }: Operation, name: string): Promise<number> {
  return onOwnChannel(model, async (channel) => (await channel.checkQueue(name)).messageCount);
}

// The last look comes just before; the answer says whether it was right.
async function deleteEmpty({ model }: Operation, name: string): Promise<void> {
  await onOwnChannel(model, async (channel) => {
    const { messageCount, consumerCount } = await channel.checkQueue(name);
    if (messageCount + consumerCount > 0)
      throw new OperationRefusedError(`queue ${name} is in use again: stop its service, then apply again`);
    const { messageCount: lost } = await channel.deleteQueue(name);
    if (lost > 0)
      throw new Error(`${lost} messages came into ${name} as it was deleted: npm run topology -- recover ${name}`);
  });
}

function absent(error: unknown): Figures {
  if (error instanceof ManagementError && error.status === 404) return {};
  throw error;
}
