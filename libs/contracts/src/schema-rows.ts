import type { TSchema } from 'typebox';

/** One field of a schema, for people. */
export interface Row {
  /** `items[].quantity`; the name of an optional field ends in `?`. */
  readonly field: string;
  /** The values it may have. */
  readonly must: string;
  readonly note: string;
}

interface Node {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly items?: Node;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly maxLength?: number;
}

/** Every field of an object schema, followed by its parts. A schema in `elsewhere` is shown as its link, without parts. */
export function rowsOf(schema: TSchema, elsewhere: ReadonlyMap<object, string> = new Map()): Row[] {
  return fieldsOf(schema as Node, '', elsewhere);
}

function fieldsOf(node: Node, prefix: string, elsewhere: ReadonlyMap<object, string>): Row[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, child]) => {
    const path = prefix + name;
    const field = node.required?.includes(name) ? path : `${path}?`;
    const link = elsewhere.get(child);
    const row = { field, must: link ?? child.title ?? form(child), note: child.description ?? '' };
    if (link !== undefined) return [row];
    const parts = child.items ? fieldsOf(child.items, `${path}[].`, elsewhere) : fieldsOf(child, `${path}.`, elsewhere);
    return [row, ...parts];
  });
}

function form(node: Node): string {
  if ('const' in node) return `\`${node.const}\``;
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  if (node.type === 'string') return `text, at most ${node.maxLength} characters`;
  if (node.type === 'array') return `${node.minItems ?? 0} to ${node.maxItems} entries`;
  if (node.type === 'integer') return `an integer from ${node.minimum}${upTo(node.maximum)}`;
  return `an ${node.type}`;
}

// A bound that is only the largest exact double is not shown.
function upTo(maximum = Number.MAX_SAFE_INTEGER): string {
  return maximum < 1e12 ? ` to ${maximum}` : '';
}
