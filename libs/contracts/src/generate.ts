import { join } from 'node:path';
import { contracts } from './catalogue.ts';
import type { ContractFacts } from './event.ts';
import { eventsPage } from './events-page.ts';
import { publishedSchema } from './published-schema.ts';

/** Every file generated from the contracts: path (below `root`, the repository) → content. Writes nothing. */
export function generateContracts(root: string): Map<string, string> {
  const schemas = contracts.map((contract) => [schemaPath(contract), published(contract)] as const);
  const files = [...schemas, ['docs/events.md', eventsPage(schemaPath)] as const];
  return new Map(files.map(([path, content]) => [join(root, path), content]));
}

function schemaPath({ type, version }: ContractFacts): string {
  return `libs/contracts/schemas/${type}/${version}.json`;
}

function published(contract: ContractFacts): string {
  return `${JSON.stringify(publishedSchema(contract), null, 2)}\n`;
}
