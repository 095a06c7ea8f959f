import { inventoryLowStock, orderSchema, statusLabels } from '@order-events/contracts';

interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly description?: string;
}

/** Types of the client, out of the contracts' schemas: it imports nothing of them. */
export function clientTypes(): string {
  const order = orderSchema as Schema;
  const { product } = (inventoryLowStock.schema as Schema).properties ?? {};
  if (!product) throw new Error(`${inventoryLowStock.type} tells of no product any more`);
  return `// Written by npm run generate from libs/contracts; changes here are lost.

/** What an order has come to, as numbers on the wire, with their labels. */
export const statusLabels: Readonly<Record<Status, string>> = ${labels()};
export type Status = SealedOrder['status'];

/** An order as events carry it: the address and a person's words are sealed. */
export interface SealedOrder ${typeOf(order)}

/** A product that is low on stock. */
export interface LowStock ${typeOf(product)}
`;
}

function typeOf(schema: Schema, indent = ''): string {
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if (schema.const !== undefined) return literal(schema.const);
  if (schema.anyOf) return schema.anyOf.map((each) => typeOf(each, indent)).join(' | ');
  if (schema.type === 'array') return arrayOf(typeOf(schema.items ?? {}, indent));
  if (schema.type === 'object') return objectOf(schema, indent);
  if (schema.type === 'integer' || schema.type === 'number') return 'number';
  if (schema.type === 'string' || schema.type === 'boolean') return schema.type;
  throw new Error(`no type is known for ${JSON.stringify(schema)}`);
}

const arrayOf = (item: string) => `readonly ${item.includes(' | ') && !item.startsWith('{') ? `(${item})` : item}[]`;
const literal = (value: unknown) => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));
const labels = () => {
  const lines = Object.entries(statusLabels).map(([status, label]) => `  ${status}: '${label}',\n`);
  return `{\n${lines.join('')}}`;
};

function objectOf({ properties = {}, required = [] }: Schema, indent: string): string {
  const lines = Object.entries(properties).map(([name, schema]) => {
    const note = schema.description ? `${indent}  /** ${schema.description} */\n` : '';
    const optional = required.includes(name) ? '' : '?';
    return `${note}${indent}  readonly ${name}${optional}: ${typeOf(schema, `${indent}  `)};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}
