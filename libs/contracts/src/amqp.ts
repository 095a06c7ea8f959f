import { ContractError } from './errors.ts';
import type { CloudEvent } from './event.ts';

/** An event as AMQP 0-9-1 carries it. Own headers never start with `x-`: the broker owns that prefix. */
export interface EventMessage {
  readonly routingKey: string;
  readonly content: Buffer;
  readonly properties: {
    readonly contentType: 'application/cloudevents+json; charset=utf-8';
    readonly messageId: string;
    readonly type: string;
    /** Seconds since 1970, as AMQP requires. */
    readonly timestamp: number;
    readonly correlationId: string;
    readonly appId: string;
    readonly deliveryMode: 2;
    readonly headers: { readonly signature: string; readonly traceparent?: string; readonly tracestate?: string };
  };
}

/** Makes the message of a body that was checked and signed before; the bytes stay unchanged. */
export function toMessage(body: string, signature: string): EventMessage {
  const event = JSON.parse(body) as CloudEvent;
  const { traceparent, tracestate } = event;
  return {
    routingKey: event.type,
    content: Buffer.from(body, 'utf8'),
    properties: {
      contentType: 'application/cloudevents+json; charset=utf-8',
      messageId: event.id,
      type: event.type,
      timestamp: Math.floor(Date.parse(event.time) / 1000),
      correlationId: event.correlationid,
      appId: event.source.split('/').at(-1) ?? '',
      deliveryMode: 2,
      headers: {
        signature,
        ...(traceparent !== undefined && { traceparent }),
        ...(tracestate !== undefined && { tracestate }),
      },
    },
  };
}

interface Labels {
  readonly messageId?: unknown;
  readonly type?: unknown;
}

/** Checks that a message's labels match its signed body. Throws ContractError `relabelled`. */
export function checkLabels(event: CloudEvent, { messageId, type }: Labels, routingKey: string): void {
  const wrong = [
    ...(type === event.type ? [] : [{ pointer: '/type', message: 'is not the message’s type' }]),
    ...(messageId === event.id ? [] : [{ pointer: '/id', message: 'is not the message’s id' }]),
    ...(routingKey === event.type
      ? []
      : [{ pointer: '/type', message: 'is not the routing key it was published with' }]),
  ];
  if (wrong.length > 0)
    throw new ContractError('relabelled', `${event.type} has labels that differ from its body`, wrong);
}
