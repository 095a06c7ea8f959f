import Type, { type TSchema } from 'typebox';
import { contractOf, contracts, isKnownName } from './catalogue.ts';
import { ContractError } from './errors.ts';
import { type CloudEvent, dataschemaOf, nameOf } from './event.ts';
import { idText, timestamp, uuid } from './fields.ts';
import { compile } from './validate.ts';

/** What fits into one message, headers not counted. */
export const largestEventBytes = 64 * 1024;

/** The envelope of every event. Unknown extension attributes are allowed, as CloudEvents wants it. */
export const envelopeSchema = Type.Object({
  specversion: Type.Literal('1.0'),
  id: uuid,
  source: Type.String({ pattern: '^/[a-z]+(/[a-z-]+)*$', maxLength: 128 }),
  type: Type.String({ pattern: '^[a-z]+\\.[a-z_]+\\.v[1-9][0-9]*$', maxLength: 128 }),
  subject: Type.String({ minLength: 1, maxLength: 256 }),
  time: timestamp,
  datacontenttype: Type.Literal('application/json'),
  dataschema: Type.String({ pattern: '^urn:order-events:[a-z]+\\.[a-z_]+:[0-9]+\\.[0-9]+\\.[0-9]+$', maxLength: 256 }),
  sequence: Type.String({ pattern: '^[1-9][0-9]{0,14}$' }),
  correlationid: idText,
  causationid: Type.Optional(idText),
  triggeredby: Type.Union([Type.Literal('user'), Type.Literal('system'), Type.Literal('admin')]),
  userid: Type.Optional(idText),
  traceparent: Type.Optional(Type.String({ pattern: '^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' })),
  tracestate: Type.Optional(Type.String({ maxLength: 512 })),
  alternateof: Type.Optional(uuid),
  data: Type.Object({}),
});

const checkEnvelope = compile(envelopeSchema);
const checks = new Map(
  contracts.map((contract) => [
    contract.type,
    { exact: compile(contract.schema), newer: compileOpen(contract.schema) },
  ]),
);

/** Decodes a message and checks all of it. Throws ContractError with the reason; a CloudEvent comes out as it was sent. */
export function parseEvent(body: Uint8Array): CloudEvent {
  checkSize(body.byteLength);
  return checkEvent(decode(body));
}

export function checkSize(bytes: number): void {
  if (bytes > largestEventBytes) {
    throw new ContractError('too-large', `an event has at most ${largestEventBytes} bytes, this one has ${bytes}`);
  }
}

/** Throws ContractError: envelope, unknown-type, unknown-version, schema. */
export function checkEvent(value: unknown): CloudEvent {
  const envelope = checkEnvelope(value);
  if (!envelope.ok) throw new ContractError('envelope', 'this is not an event', envelope.problems);
  const event = value as CloudEvent;
  const contract = contractOf(event.type);
  const check = checks.get(event.type);
  if (!contract || !check) throw unknown(event.type);
  const expected = dataschemaOf(contract);
  if (majorAndName(event.dataschema) !== majorAndName(expected)) {
    throw new ContractError('envelope', `${event.type} can’t have data of ${event.dataschema}`);
  }
  // Our own version allows no unknown field; a newer minor one may have added some, which this reader has no use for.
  const data = isNewer(event.dataschema, expected) ? check.newer(event.data) : check.exact(event.data);
  if (!data.ok) throw new ContractError('schema', `${event.type} breaks its contract`, under('/data', data.problems));
  return event;
}

function decode(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (cause) {
    // The parser's message repeats what was sent.
    throw new ContractError('undecodable', 'the body is not JSON in UTF-8', [], { cause: (cause as Error).name });
  }
}

function unknown(type: string): ContractError {
  if (isKnownName(type)) return new ContractError('unknown-version', `${nameOf(type)} is known, but not as ${type}`);
  return new ContractError('unknown-type', `there is no event ${type}`);
}

function isNewer(dataschema: string, than: string): boolean {
  return dataschema !== than && minorOf(dataschema) > minorOf(than);
}

function minorOf(dataschema: string): number {
  return Number(dataschema.split('.').at(-2));
}

/** The same schema with every object open; compiled when the first such event comes. */
function compileOpen(schema: TSchema): ReturnType<typeof compile> {
  let check: ReturnType<typeof compile> | undefined;
  return (data) => {
    check ??= compile(
      JSON.parse(JSON.stringify(schema, (key, value) => (key === 'additionalProperties' ? undefined : value))),
    );
    return check(data);
  };
}

function majorAndName(dataschema: string): string {
  return dataschema.replace(/\.\d+\.\d+$/, '');
}

function under(path: string, problems: readonly { pointer: string; message: string }[]) {
  return problems.map(({ pointer, message }) => ({ pointer: path + pointer, message }));
}
