import type { Channel, ChannelModel } from 'amqplib';
import { backoff, pause, settledWithin } from './backoff.ts';
import type { Connection } from './connection.ts';
import type { Log } from './log.ts';
import { reasonOf } from './reason-of.ts';

const CLOSE_MS = 2_000;

export interface KeptChannel<C extends Channel> {
  readonly connection: Connection;
  /** For log lines: 'consumer orders'. */
  readonly name: string;
  readonly log: Log;
  readonly random: () => number;
  readonly signal: AbortSignal;
  open(model: ChannelModel): Promise<C>;
  /** Works with one channel until it is lost; resolves with whether it got anything done, which resets the back-off. */
  use(channel: C, lost: Promise<void>): Promise<boolean>;
}

/**
 * Keeps one channel open until the signal, whatever takes it away: an error on the channel, the connection, the broker.
 * A channel that can't even be opened means the connection only looks open, and is made anew.
 */
export async function keepChannel<C extends Channel>(kept: KeptChannel<C>): Promise<void> {
  const { connection, signal, random } = kept;
  for (let failures = 0; !signal.aborted; ) {
    const model = await connection.ready(signal);
    if (!model) return;
    const channel = await kept.open(model).catch((error) => connection.reset(model, error));
    failures = channel && (await useOnce(kept, channel, failures === 0)) ? 0 : failures + 1;
    await pause(backoff(failures, random), signal);
  }
}

// What fails again and again is told once.
async function useOnce<C extends Channel>(kept: KeptChannel<C>, channel: C, isFirst: boolean): Promise<boolean> {
  const { name, log, use } = kept;
  const say = isFirst ? log.warn : log.debug;
  const failed = (error: Error) => say('channel failed', { channel: name, error: error.message });
  channel.on('error', failed);
  // A listener that threw has left a message unheard: only a new channel brings it again.
  channel.on('handler-error', (error) => {
    failed(error);
    void closeChannel(channel);
  });
  const lost = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  try {
    return await use(channel, lost);
  } catch (error) {
    say('channel not usable', { channel: name, error: reasonOf(error) });
    return false;
  } finally {
    await closeChannel(channel);
  }
}

/** Runs work on a channel of its own, so that an error which closes the channel disturbs nobody else. */
export async function onOwnChannel<T>(model: ChannelModel, work: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel();
  channel.on('error', () => undefined);
  try {
    return await work(channel);
  } finally {
    // Behind a question that the broker doesn't answer, it doesn't answer this one either.
    await settledWithin(closeChannel(channel), CLOSE_MS);
  }
}

// The client's own promise is never settled when the connection dies before the broker has answered.
async function closeChannel(channel: Channel): Promise<void> {
  const gone = new Promise<void>((resolve) => channel.once('close', () => resolve()));
  await Promise.race([channel.close().catch(() => undefined), gone]);
}
