import { contractOf, isKnownName } from './catalogue.ts';
import { envelopeSchema } from './envelope.ts';
import { ContractError, type Problem } from './errors.ts';
import { type CloudEvent, type ContractFacts, dataschemaOf, nameOf } from './event.ts';
import { type Check, compile, compileDropping } from './validate.ts';

/** The largest body of an event, in bytes, without headers. */
export const largestEventBytes = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const checkEnvelope = compile(envelopeSchema);
// Compiled when the first such event comes: most services consume few types.
const known = new Map<string, Check>();
const ofNewerMinor = new Map<string, Check>();

/** Decodes and checks a message's body. Throws ContractError with the reason. */
export function parseEvent(body: Uint8Array): CloudEvent {
  return checkEvent(decode(body));
}

/** Decodes a message's body without checking it. Throws ContractError: too-large, undecodable. */
export function decode(body: Uint8Array): unknown {
  checkSize(body.byteLength);
  try {
    return JSON.parse(utf8.decode(body));
  } catch (cause) {
    // The parser's message repeats what was sent.
    throw new ContractError('undecodable', 'the body is not JSON in UTF-8', [], { cause: (cause as Error).name });
  }
}

export function checkSize(bytes: number): void {
  if (bytes > largestEventBytes) {
    throw new ContractError('too-large', `an event has at most ${largestEventBytes} bytes, and this one has ${bytes}`);
  }
}

/**
 * Throws ContractError: envelope, unknown-type, unknown-version, schema.
 *
 * Data of the version known here, or of an older minor one, may have no field that its schema doesn't name. Data of a newer
 * minor version may: unknown fields are deleted from `value`, so that a handler gets only what its types declare. The raw
 * body keeps them.
 */
export function checkEvent(value: unknown): CloudEvent {
  const envelope = checkEnvelope(value);
  if (!envelope.ok) throw new ContractError('envelope', 'the body is not an event', envelope.problems);
  const event = value as CloudEvent;
  const contract = contractOf(event.type);
  if (!contract) throw unknown(event.type);
  checkSource(event, contract);
  const checked = checkOf(event, contract)(event.data);
  if (!checked.ok) {
    throw new ContractError('schema', `${event.type} breaks its contract`, checked.problems.map(underData));
  }
  return event;
}

// A signature proves the source; the contract adds that only its owner may publish this event.
function checkSource({ type, source }: CloudEvent, { owner }: ContractFacts): void {
  if (source === `/services/${owner}`) return;
  const problem = { pointer: '/source', message: `must be /services/${owner}` };
  throw new ContractError('envelope', `only ${owner} may publish ${type}`, [problem]);
}

function checkOf({ dataschema }: CloudEvent, contract: ContractFacts): Check {
  const ours = dataschemaOf(contract);
  if (dataschema === ours) return memo(known, contract, compile);
  const [[family, minor], [ourFamily, ourMinor]] = [versionOf(dataschema), versionOf(ours)];
  if (family !== ourFamily) {
    const problem = { pointer: '/dataschema', message: `must be ${ourFamily}, any minor version` };
    throw new ContractError('envelope', `${contract.type} names another schema for its data`, [problem]);
  }
  return minor > ourMinor ? memo(ofNewerMinor, contract, compileDropping) : memo(known, contract, compile);
}

/** `urn:order-events:order.created:1` and the minor version. */
function versionOf(dataschema: string): [family: string, minor: number] {
  const [, family = '', minor] = /^(.+)\.(\d+)\.\d+$/.exec(dataschema) ?? [];
  return [family, Number(minor)];
}

function memo(checks: Map<string, Check>, { type, schema }: ContractFacts, make: typeof compile): Check {
  const made = checks.get(type) ?? make(schema);
  checks.set(type, made);
  return made;
}

function unknown(type: string): ContractError {
  if (isKnownName(type))
    return new ContractError('unknown-version', `${nameOf(type)} exists, but not in the version ${type}`);
  return new ContractError('unknown-type', `there is no event ${type} in the catalogue`);
}

function underData({ pointer, message }: Problem): Problem {
  return { pointer: `/data${pointer}`, message };
}
