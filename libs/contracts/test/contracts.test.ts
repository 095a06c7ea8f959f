import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { generateContracts } from '../src/generate.ts';
import { consumers, contracts, parseEvent, toMessage } from '../src/index.ts';
import { exampleOf, publishedSchema } from '../src/published-schema.ts';

const root = join(import.meta.dirname, '../../..');

test.each(contracts.map((contract) => [contract.type, contract] as const))(
  '%s: its example is an event by its own schema and ours',
  (_type, contract) => {
    const example = exampleOf(contract);
    expect(parseEvent(Buffer.from(JSON.stringify(example)))).toEqual(example);
    const published = new Ajv2020({ strict: true });
    addFormats.default(published);
    const validate = published.compile(publishedSchema(contract));
    expect(validate(example)).toBe(true);
    expect(validate({ ...example, data: {} })).toBe(false);
  },
);

test('a type says its major version, and no event is there twice', () => {
  for (const { type, version } of contracts)
    expect(type).toMatch(new RegExp(`^[a-z]+\\.[a-z_]+\\.v${version.split('.')[0]}$`));
  expect(new Set(contracts.map(({ type }) => type)).size).toBe(contracts.length);
});

test('every type that somebody wants to hear exists', () => {
  const known = contracts.map(({ type }) => type);
  const heard = Object.values(consumers).flatMap(({ hears }) => (hears === '#' ? [] : hears));
  expect(heard.filter((type) => !known.includes(type))).toEqual([]);
});

test('no event carries personal data or a token in clear', () => {
  const names = contracts.flatMap(({ schema }) =>
    [...JSON.stringify(schema).matchAll(/"([A-Za-z]+)":\{/g)].map(([, name]) => name),
  );
  expect(
    names.filter((name) =>
      /^(email|phone|token|paymentToken|secret|password|firstName|lastName|city|line1)$/.test(name ?? ''),
    ),
  ).toEqual([]);
});

test('published schemas and the page of events are fresh', async () => {
  for (const [path, content] of generateContracts(root)) {
    expect({ path, content: await readFile(path, 'utf8').catch(() => 'missing') }).toEqual({ path, content });
  }
});

test('a message is labelled with what its body says', () => {
  const [contract] = contracts;
  if (!contract) throw new Error('there are no contracts');
  const body = JSON.stringify(exampleOf(contract));
  const message = toMessage(body, 'v1,k,mac');
  expect(message.content.toString()).toBe(body);
  expect(message).toMatchObject({
    routingKey: contract.type,
    properties: {
      messageId: exampleOf(contract).id,
      type: contract.type,
      appId: contract.owner,
      deliveryMode: 2,
      headers: { signature: 'v1,k,mac' },
    },
  });
});
