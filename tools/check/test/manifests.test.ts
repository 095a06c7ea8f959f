import { expect, test } from '@jest/globals';
import { wrongManifests } from '../manifests.ts';
import type { Workspace } from '../workspaces.ts';

const others: readonly Workspace[] = [
  aWorkspace('libs/testing', '@order-events/testing'),
  aWorkspace('sandboxes/payment-provider', '@order-events/payment-provider-sandbox'),
];

function aWorkspace(folder: string, name: string, wanted: Partial<Workspace> = {}): Workspace {
  return { name, folder, dependencies: [], devDependencies: [], ...wanted };
}

function problems(folder: string, wanted: Partial<Workspace>): string[] {
  return wrongManifests([...others, aWorkspace(folder, '@order-events/it', wanted)]);
}

test.each([
  ['services/orders', 'amqplib', 'libs/messaging'],
  ['services/orders', 'mongoose', 'libs/store'],
  ['libs/runtime', 'mongodb', 'libs/store'],
  ['apps/demo', 'ajv', 'libs/contracts'],
  ['libs/messaging', 'opossum', 'libs/runtime'],
  ['services/orders', 'socket.io', 'services/notifications'],
])('%s may not name %s, not even for its tests', (folder, name, home) => {
  const line = `${folder}/package.json: ${name} belongs in ${home} alone`;
  expect(problems(folder, { dependencies: [name] })).toEqual([line]);
  expect(problems(folder, { devDependencies: [name] })).toEqual([line]);
});

test.each([
  ['libs/messaging', 'amqplib'],
  ['verify/bench', 'amqplib'],
  ['services/orders', 'express'],
])('%s may name %s', (folder, name) => {
  expect(problems(folder, { dependencies: [name] })).toEqual([]);
});

test.each([
  ['services/payments', '@order-events/testing'],
  ['services/payments', '@order-events/payment-provider-sandbox'],
  ['libs/store', '@order-events/testing'],
  ['apps/demo', '@order-events/testing'],
])('%s names %s for its tests, or not at all', (folder, name) => {
  const line = `${folder}/package.json: ${name} is for tests: name it in devDependencies`;
  expect(problems(folder, { dependencies: [name] })).toEqual([line]);
  expect(problems(folder, { devDependencies: [name] })).toEqual([]);
});

test.each([
  ['apps/demo', '@order-events/payment-provider-sandbox'],
  ['verify/flows', '@order-events/testing'],
])('%s may use %s', (folder, name) => {
  expect(problems(folder, { dependencies: [name] })).toEqual([]);
});
