import { contractOf, isKnownName } from './catalogue.ts';
import { envelopeSchema } from './envelope.ts';
import { ContractError, type Problem } from './errors.ts';
import { type CloudEvent, type ContractFacts, dataschemaOf, nameOf } from './event.ts';
import { type Check, compile, compileDropping } from './validate.ts';

/** What fits into one message, headers not counted. */
export const largestEventBytes = 64 * 1024;

const utf8 = new TextDecoder('utf-8', { fatal: true });
const checkEnvelope = compile(envelopeSchema);
// Compiled when the first such event comes: most services meet few.
const known = new Map<string, Check>();
const ofNewerMinor = new Map<string, Check>();

/** Decodes a message and checks all of it; throws ContractError with the reason. The event comes out as `checkEvent` leaves it. */
export function parseEvent(body: Uint8Array): CloudEvent {
  return checkEvent(decode(body));
}

/** What a message's body says, not yet checked. Throws ContractError: too-large, undecodable. */
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
    throw new ContractError('too-large', `an event has at most ${largestEventBytes} bytes, this one has ${bytes}`);
  }
}

/**
 * Throws ContractError: envelope, unknown-type, unknown-version, schema.
 *
 * Data of the version known here (or an older minor one) has no field that its schema doesn't name. A newer minor version may have some:
 * they are deleted from `value`, so a handler never meets what its types don't tell. The raw body keeps them.
 */
export function checkEvent(value: unknown): CloudEvent {
  const envelope = checkEnvelope(value);
  if (!envelope.ok) throw new ContractError('envelope', 'this is not an event', envelope.problems);
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

// A signature proves who sent it; that only its owner may say it is part of the contract.
function checkSource({ type, source }: CloudEvent, { owner }: ContractFacts): void {
  if (source === `/services/${owner}`) return;
  const problem = { pointer: '/source', message: `must be /services/${owner}` };
  throw new ContractError('envelope', `${type} is for ${owner} alone to say`, [problem]);
}

function checkOf({ dataschema }: CloudEvent, contract: ContractFacts): Check {
  const ours = dataschemaOf(contract);
  if (dataschema === ours) return memo(known, contract, compile);
  const [[family, minor], [ourFamily, ourMinor]] = [versionOf(dataschema), versionOf(ours)];
  if (family !== ourFamily) {
    const problem = { pointer: '/dataschema', message: `must be ${ourFamily}, any minor version` };
    throw new ContractError('envelope', `${contract.type} has data of another schema`, [problem]);
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
  if (isKnownName(type)) return new ContractError('unknown-version', `${nameOf(type)} is known, but not as ${type}`);
  return new ContractError('unknown-type', `there is no event ${type}`);
}

function underData({ pointer, message }: Problem): Problem {
  return { pointer: `/data${pointer}`, message };
}
