import { contractOf } from './catalogue.ts';
import { checkEvent, checkSize } from './check-event.ts';
import { ContractError } from './errors.ts';
import { type CloudEvent, dataschemaOf, type EventDraft } from './event.ts';

/** The attributes that make an event of a draft. */
export interface EventAttributes {
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  /** The event's `sequence`. */
  readonly version: number;
  /** RFC 3339, UTC. */
  readonly time: string;
  readonly correlationid: string;
  readonly causationid?: string | undefined;
  readonly triggeredby: CloudEvent['triggeredby'];
  readonly userid?: string | undefined;
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

/** Makes the event and checks it as every consumer will. Throws ContractError: the producer is at fault, and a retry fails as well. */
export function createEvent({ contract, data }: EventDraft, attributes: EventAttributes): CloudEvent {
  if (contractOf(contract.type)?.schema !== contract.schema) {
    throw new ContractError('unknown-type', `the catalogue has no ${contract.type} of this version`);
  }
  const { id, source, subject, version, time, correlationid, triggeredby } = attributes;
  const event: CloudEvent = {
    specversion: '1.0',
    id,
    source,
    type: contract.type,
    subject,
    time,
    datacontenttype: 'application/json',
    dataschema: dataschemaOf(contract),
    sequence: String(version),
    correlationid,
    ...(attributes.causationid !== undefined && { causationid: attributes.causationid }),
    triggeredby,
    ...(attributes.userid !== undefined && { userid: attributes.userid }),
    ...(attributes.traceparent !== undefined && { traceparent: attributes.traceparent }),
    ...(attributes.tracestate !== undefined && { tracestate: attributes.tracestate }),
    data: typeof data === 'function' ? data({ subject, version, time }) : data,
  };
  checkEvent(event);
  checkSize(Buffer.byteLength(JSON.stringify(event)));
  return event;
}
