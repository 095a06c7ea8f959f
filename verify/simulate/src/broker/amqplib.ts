import { EventEmitter } from 'node:events';
import { here } from '../intercept.ts';
import { SimulatedChannel } from './channel.ts';
import { Wire } from './wire.ts';

/** Stands in for amqplib: connections to the broker of the simulated world, of the process that asks for them. */
export async function connect(_url: string, { signal }: { signal: AbortSignal }): Promise<SimulatedConnection> {
  const world = here();
  const { timeline, broker } = world;
  const process = timeline.current;
  if (!process) throw new Error('only a process connects to the broker');
  const { promise, resolve, reject } = Promise.withResolvers<SimulatedConnection>();
  if (!world.isDead(process)) {
    timeline.within(process, world.latency(), () => {
      if (broker.downUntil > timeline.now) reject(new Error('connect ECONNREFUSED'));
      else resolve(new SimulatedConnection(new Wire(world, process), signal));
    });
  }
  return promise;
}

class SimulatedConnection extends EventEmitter {
  /** Where the client reads frames; here messages come as they are. */
  readonly connection = { rest: Buffer.alloc(0), recvFrame: () => false };
  readonly #wire: Wire;
  readonly #channels = new Set<SimulatedChannel>();
  #open = true;

  constructor(wire: Wire, signal: AbortSignal) {
    super();
    this.#wire = wire;
    wire.onBrokerLost = () => {
      for (const channel of this.#channels) channel.closeAtBroker();
    };
    wire.onClientLost = (reason) => this.#fail(reason);
    signal.addEventListener('abort', () => {
      wire.cut();
      this.#fail('the socket was destroyed');
    });
    wire.onBlocked = (blocked) => this.emit(blocked ? 'blocked' : 'unblocked', 'low on memory');
  }

  createConfirmChannel = () => this.createChannel();

  createChannel(): Promise<SimulatedChannel> {
    if (!this.#open) return Promise.reject(new Error('Connection closed'));
    const { promise, resolve, reject } = Promise.withResolvers<SimulatedChannel>();
    const channel = new SimulatedChannel(this.#wire);
    this.#channels.add(channel);
    channel.once('close', () => reject(new Error('Connection closed')));
    this.#wire.send(() => this.#wire.reply(() => resolve(channel)));
    return promise;
  }

  async close(): Promise<void> {
    if (!this.#open) throw new Error('Connection closed');
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wire.send(() => {
      this.#wire.onBrokerLost();
      this.#wire.reply(() => {
        this.#wire.closed();
        this.#lose('closed');
        resolve();
      });
    });
    await promise;
  }

  #fail(reason: string): void {
    if (!this.#open) return;
    this.emit('error', new Error(reason));
    this.#lose(reason);
  }

  #lose(reason: string): void {
    if (!this.#open) return;
    this.#open = false;
    for (const channel of this.#channels) channel.lose(reason);
    this.emit('close');
  }
}
