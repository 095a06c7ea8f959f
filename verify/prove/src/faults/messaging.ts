import { withMethods } from './with-methods.ts';
import { wrapExport } from './wrap-export.ts';

const processing = 'libs/messaging/src/process-message.ts';

export const ackBeforeHandling = wrapExport(processing, 'processMessage', (real) => (options) => {
  const process = real(options);
  return async (message, lease) => {
    lease.ack();
    await new Promise((sent) => setTimeout(sent, 20));
    return process(message, withMethods(lease, { ack: () => undefined, giveBack: () => undefined }));
  };
});

export const doNotAwaitCopy = wrapExport(processing, 'processMessage', (real) => (options) => {
  const { copies } = options;
  const send: typeof copies.send = async (copy) => void copies.send(copy).catch(() => undefined);
  return real({ ...options, copies: { send } });
});

export const keepMemory = wrapExport(processing, 'processMessage', (real) => (options) => {
  const kept: Buffer[] = [];
  const process = real(options);
  return (message, lease) => {
    kept.push(Buffer.alloc(200_000, 'x'));
    return process(message, lease);
  };
});

export const returnTheUnreadable = wrapExport(
  'libs/messaging/src/middleware/acknowledge.ts',
  'acknowledge',
  (real) =>
    (...parts) => {
      const finish = real(...parts);
      return async (delivered, outcome, lease) => {
        if (outcome.kind !== 'dead') return finish(delivered, outcome, lease);
        lease.giveBack();
        return 'returned';
      };
    },
);

export const countOpenBreaker = wrapExport(
  'libs/messaging/src/outage.ts',
  'isOutage',
  () => (error) => (error as { readonly outage?: unknown } | null | undefined)?.outage === true,
);

export const confirmWhenWritten = wrapExport(
  'libs/messaging/src/channel.ts',
  'keepChannel',
  (real) => (kept) => real({ ...kept, open: async (model) => confirmingAtOnce(await kept.open(model)) }),
);

type Publish = (exchange: string, key: string, content: Buffer, properties: object, confirm: Confirm) => boolean;
type Confirm = (error: unknown) => void;

/** Of channels that confirm; on others nobody publishes. */
function confirmingAtOnce<C extends object>(channel: C): C {
  const own = channel as { publish: Publish };
  const publish: Publish = (exchange, key, content, properties, confirm) => {
    queueMicrotask(() => confirm(null));
    return own.publish(exchange, key, content, properties, () => undefined);
  };
  return withMethods(channel, { publish } as unknown as Partial<C>);
}

export const notMandatory = wrapExport('libs/messaging/src/publisher/publisher.ts', 'BrokerPublisher', (Real) => {
  return class extends Real {
    override send(message: Parameters<InstanceType<typeof Real>['send']>[0]) {
      return super.send({ ...message, properties: { ...message.properties, mandatory: false } });
    }
  };
});

export const neverSubscribeAnew = wrapExport('libs/messaging/src/consumer/consumer.ts', 'QueueConsumer', (Real) => {
  return class extends Real {
    constructor(options: ConstructorParameters<typeof Real>[0]) {
      super({ ...options, watchMs: 24 * 60 * 60_000 });
    }
  };
});

export const deadLetterAtMostOnce = wrapExport('libs/messaging/src/topology.ts', 'topology', (real) => () => {
  const described = real();
  const strategy = 'x-dead-letter-strategy';
  const queues = described.queues.map((queue) =>
    strategy in queue.arguments ? { ...queue, arguments: { ...queue.arguments, [strategy]: 'at-most-once' } } : queue,
  );
  return { ...described, queues };
});
