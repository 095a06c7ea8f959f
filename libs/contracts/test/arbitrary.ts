import fc from 'fast-check';
import type { TSchema } from 'typebox';

interface Node {
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: string[];
  readonly items?: Node;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** Any value that the schema allows, for the keywords our events use. */
export function allowedBy(schema: TSchema): fc.Arbitrary<unknown> {
  return valueFor(schema as Node);
}

function valueFor(node: Node): fc.Arbitrary<unknown> {
  if (node.enum) return fc.constantFrom(...node.enum);
  switch (node.type) {
    case 'object':
      return objectOf(node);
    case 'array':
      return fc.array(valueFor(node.items ?? {}), bounds(node.minItems, node.maxItems));
    case 'integer':
      return fc.integer({ min: node.minimum ?? 0, max: node.maximum ?? 0 });
    case 'string':
      return textOf(node);
    default:
      throw new Error(`no arbitrary for ${JSON.stringify(node)}`);
  }
}

function objectOf({ properties = {}, required = [] }: Node): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, child]) => [name, valueFor(child)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: required, noNullPrototype: true });
}

function textOf({ pattern, format, minLength, maxLength = 0 }: Node): fc.Arbitrary<string> {
  if (format === 'date-time') {
    const [min, max] = [new Date('1970-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59Z')];
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (pattern === undefined) return fc.string({ unit: 'binary', ...bounds(minLength, maxLength) });
  return fc.stringMatching(new RegExp(pattern, 'u')).filter((text) => text.length <= maxLength);
}

function bounds(minLength = 0, maxLength = 0): { minLength: number; maxLength: number } {
  return { minLength, maxLength };
}
