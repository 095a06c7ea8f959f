import { contractOf } from './catalogue.ts';
import { checkEvent, checkSize } from './check-event.ts';
import { ContractError } from './errors.ts';
import { type CloudEvent, dataschemaOf, type EventDraft } from './event.ts';

/** What a draft becomes an event with. */
export interface Said {
  readonly id: string;
  readonly source: string;
  readonly subject: string;
  /** Its sequence. */
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

/** Makes the event and checks it as every consumer will. Throws ContractError: a mistake of the producer, trying again won't help. */
export function createEvent({ contract, data }: EventDraft, said: Said): CloudEvent {
  if (contractOf(contract.type)?.schema !== contract.schema) {
    throw new ContractError('unknown-type', `${contract.type} of this version is not in the catalogue`);
  }
  const { id, source, subject, version, time, correlationid, triggeredby } = said;
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
    ...(said.causationid !== undefined && { causationid: said.causationid }),
    triggeredby,
    ...(said.userid !== undefined && { userid: said.userid }),
    ...(said.traceparent !== undefined && { traceparent: said.traceparent }),
    ...(said.tracestate !== undefined && { tracestate: said.tracestate }),
    data: typeof data === 'function' ? data({ subject, version, time }) : data,
  };
  checkEvent(event);
  checkSize(Buffer.byteLength(JSON.stringify(event)));
  return event;
}
