import { contracts } from './catalogue.ts';
import { type ConsumerFacts, consumers, forTheRecord } from './consumers.ts';
import { envelopeSchema } from './envelope.ts';
import { type ContractFacts, nameOf } from './event.ts';
import { cancellationCodes, legalMoves, orderSchema, type Status, statusLabels } from './order.ts';
import { exampleOf } from './published-schema.ts';
import { type Row, rowsOf } from './schema-rows.ts';

const elsewhere = new Map<object, string>([[orderSchema, '[an order](#an-order)']]);

/** `docs/events.md`: every event for people, with links to its published schema. */
export function eventsPage(schemaPath: (contract: ContractFacts) => string): string {
  const blocks = [
    opening,
    table(['event', 'published by', 'consumed by', 'meaning'], contracts.map(overview)),
    '## The envelope',
    envelopeText,
    fields(rowsOf(envelopeSchema, new Map([[envelopeSchema.properties.data, 'the payload, see each event']]))),
    '## An order',
    'As every `order.*` event carries it: the order as it is after the event.',
    fields(rowsOf(orderSchema)),
    table(['status', 'label', 'may become'], Object.entries(statusLabels).map(move)),
    `Codes of a cancellation: ${cancellationCodes.map((code) => `\`${code}\``).join(', ')}; more may come.`,
    ...contracts.flatMap((contract) => section(contract, `../${schemaPath(contract)}`)),
  ];
  return `${blocks.join('\n\n')}\n`;
}

const opening = `# Events

Generated from the contracts by \`npm run generate\`. Every event travels on the topic exchange \`order_events\` with its type as routing key.
Money is in minor units of the currency beside it. Sealed text can be opened only by a service that has its key. Fields with \`?\` may be missing.`;

const envelopeText = `CloudEvents 1.0, structured JSON in UTF-8, at most 64 KiB, content type \`application/cloudevents+json; charset=utf-8\`; the header \`signature\`
(\`v1,<kid>,<base64>\`) is the HMAC-SHA256 of the exact bytes under a key of its \`source\`. One event keeps its \`id\` on every retry, relay and replay;
\`sequence\` counts without a gap per \`source\` and \`subject\`. One fact published in two major versions counts once: the newer event names the older in \`alternateof\`.`;

function overview(contract: ContractFacts): string[] {
  return [
    `[\`${nameOf(contract.type)}\`](#${anchor(contract)})`,
    contract.owner,
    consumersOf(contract),
    contract.summary,
  ];
}

function section(contract: ContractFacts, schema: string): string[] {
  return [
    `## ${contract.type}`,
    contract.summary,
    `Version ${contract.version} ([schema](${schema})), published by ${contract.owner}, consumed by ${consumersOf(contract)}.`,
    fields(rowsOf(contract.schema, elsewhere)),
    `<details><summary>Example</summary>\n\n\`\`\`json\n${JSON.stringify(exampleOf(contract), null, 2)}\n\`\`\`\n\n</details>`,
  ];
}

function consumersOf({ type }: ContractFacts): string {
  const consumesIt = ({ consumes: types }: ConsumerFacts) => types === '#' || types.includes(type);
  const queues = Object.entries(consumers).filter(([, facts]) => consumesIt(facts));
  const names = queues.map(([queue]) => `\`${queue}\``).join(', ');
  return forTheRecord.includes(type) ? `${names} (for the record)` : names;
}

function move([status, label]: [string, string]): string[] {
  const next = legalMoves[Number(status) as Status].map((to) => statusLabels[to]);
  return [status, label, next.join(', ') || 'nothing: the end'];
}

function fields(rows: readonly Row[]): string {
  return table(
    ['field', 'must be', ''],
    rows.map(({ field, must, note }) => [`\`${field}\``, must, note]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

// As GitHub derives it from a heading.
function anchor({ type }: ContractFacts): string {
  return type.replaceAll('.', '');
}
