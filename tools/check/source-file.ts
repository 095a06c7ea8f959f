import { parseSync } from '@swc/core';

export interface Import {
  /** As written: 'node:fs', '@order-events/store', './order.ts'. */
  readonly from: string;
  /** Of a type alone, as in `typeof import('./order.ts')`: nothing is loaded. */
  readonly isType?: true;
}

/** What the rules of the tree need to know about a file. */
export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly imports: readonly Import[];
  /** What is used of the process as a whole: 'process.env', 'process.exit'. */
  readonly processUses: readonly string[];
  /** Queues that it subscribes to: `queue: 'orders'`. */
  readonly queues: readonly string[];
}

const PROCESS_WIDE = ['env', 'exit', 'exitCode', 'kill', 'chdir'];

type Syntax = Record<string, unknown> & { type?: string };

/** Reads one file; throws when it is not TypeScript. */
export function readSource(path: string, text: string): SourceFile {
  const imports: Import[] = [];
  const processUses: string[] = [];
  const queues: string[] = [];
  walk(parseSync(text, { syntax: 'typescript', target: 'es2024' }), (syntax) => {
    const found = importOf(syntax);
    if (found) imports.push(found);
    const use = processUseOf(syntax);
    if (use) processUses.push(use);
    const queue = queueOf(syntax);
    if (queue) queues.push(queue);
  });
  return { path, imports, processUses, queues };
}

function walk(value: unknown, visit: (syntax: Syntax) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
  } else if (value !== null && typeof value === 'object') {
    visit(value as Syntax);
    for (const item of Object.values(value)) walk(item, visit);
  }
}

function importOf(syntax: Syntax): Import | undefined {
  if (syntax.type === 'CallExpression') return dynamicImportOf(syntax);
  if (syntax.type === 'TsImportType') return { from: String((syntax.argument as Syntax).value), isType: true };
  const source = syntax.source as Syntax | null | undefined;
  return source?.type === 'StringLiteral' ? { from: String(source.value) } : undefined;
}

function dynamicImportOf(call: Syntax): Import | undefined {
  const [first] = call.arguments as { expression: Syntax }[];
  if ((call.callee as Syntax).type !== 'Import' || first?.expression.type !== 'StringLiteral') return undefined;
  return { from: String(first.expression.value) };
}

function processUseOf(syntax: Syntax): string | undefined {
  if (syntax.type !== 'MemberExpression') return undefined;
  const { object, property } = syntax as { object?: Syntax; property?: Syntax };
  if (object?.type !== 'Identifier' || object.value !== 'process') return undefined;
  return PROCESS_WIDE.includes(String(property?.value)) ? `process.${property?.value}` : undefined;
}

function queueOf(syntax: Syntax): string | undefined {
  if (syntax.type !== 'KeyValueProperty') return undefined;
  const { key, value } = syntax as { key?: Syntax; value?: Syntax };
  return key?.value === 'queue' && value?.type === 'StringLiteral' ? String(value.value) : undefined;
}
