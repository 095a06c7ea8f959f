import { join } from 'node:path';
import { contracts } from './catalogue.ts';
import { type ConsumerFacts, consumers } from './consumers.ts';
import { createEvent } from './create-event.ts';
import { envelopeSchema } from './envelope.ts';
import { type CloudEvent, type ContractFacts, dataschemaOf, nameOf } from './event.ts';
import { exampleOrderId } from './examples.ts';

/** Every file that follows from the contracts: path (below `root`, the repository) → what must stand there. Writes nothing. */
export function generateContracts(root: string): Map<string, string> {
  const schemas = contracts.map((contract) => [schemaPath(contract), json(publishedSchema(contract))] as const);
  const files = [...schemas, ['docs/events.md', eventsPage()] as const];
  return new Map(files.map(([path, content]) => [join(root, path), content]));
}

/** The whole event as one self-contained JSON Schema, for readers in any language. */
export function publishedSchema(contract: ContractFacts): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: dataschemaOf(contract),
    title: contract.type,
    description: contract.summary,
    ...envelopeSchema,
    properties: { ...envelopeSchema.properties, type: { const: contract.type }, data: contract.schema },
    examples: [exampleOf(contract)],
  };
}

export function exampleOf(contract: ContractFacts): CloudEvent {
  return createEvent(
    { contract, data: contract.example },
    {
      id: '0199a3f0-7c1e-7b52-9d0a-3f5e6a7b8c9d',
      source: `/services/${contract.owner}`,
      subject: subjectOf(contract),
      version: (contract.example as { order?: { version: number } }).order?.version ?? 1,
      time: '2026-11-24T10:00:00.000Z',
      correlationid: '4bf92f35-77b3-4da6-a3ce-929d0e0e4736',
      triggeredby: 'system',
      ...('order' in (contract.example as object) && { userid: 'ada' }),
      traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
    },
  );
}

function subjectOf({ example }: ContractFacts): string {
  const { product, mailId } = example as { product?: { id: string }; mailId?: string };
  return product?.id ?? mailId ?? exampleOrderId;
}

function schemaPath(contract: ContractFacts): string {
  return `libs/contracts/schemas/${contract.type}/${contract.version}.json`;
}

function eventsPage(): string {
  return [
    '# Events',
    '',
    'Generated from the contracts by `npm run generate`. Every event is a CloudEvents 1.0 document in structured JSON on the topic exchange',
    '`order_events`, with its type as routing key. Money is in minor units of the currency beside it; `sealed:` strings open only where their key is.',
    '',
    '| event | said by | heard by | what has happened |',
    '|---|---|---|---|',
    ...contracts.map(
      (contract) => `| ${[linkTo(contract), contract.owner, heardBy(contract), contract.summary].join(' | ')} |`,
    ),
    ...contracts.flatMap(section),
    '',
  ].join('\n');
}

function section(contract: ContractFacts): string[] {
  return [
    '',
    `## ${contract.type}`,
    '',
    `${contract.summary} Version ${contract.version}, [schema](../${schemaPath(contract)}).`,
    '',
    '```json',
    json(contract.example).trimEnd(),
    '```',
  ];
}

function linkTo({ type }: ContractFacts): string {
  return `[\`${nameOf(type)}\`](#${type.replaceAll('.', '')})`;
}

function heardBy({ type }: ContractFacts): string {
  const hears = ({ hears: types }: ConsumerFacts) => types === '#' || types.includes(type);
  return Object.entries(consumers)
    .filter(([, facts]) => hears(facts))
    .map(([queue]) => queue)
    .join(', ');
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
