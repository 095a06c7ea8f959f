import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

const files: Readonly<Record<string, string>> = {
  'libs/store/package.json': '{ "name": "@order-events/store" }',
  'libs/store/src/sqlite.ts': "import { DatabaseSync } from 'node:sqlite';\nexport const database = DatabaseSync;",
  'services/orders/package.json':
    '{ "dependencies": { "@order-events/store": "*", "express": "*" }, "devDependencies": { "@order-events/testing": "*" } }',
  'services/orders/src/at-home.ts': "import { Router } from 'express';\nexport const router = Router;",
  'services/orders/src/undeclared.ts': "import { v5 } from 'uuid';\nexport const id = v5;",
  'services/orders/src/undeclared-subpath.ts':
    "import { on } from '@order-events/messaging/operate';\nexport const x = on;",
  'services/orders/src/testing.ts': "import { anOrder } from '@order-events/testing';\nexport const x = anOrder;",
  'services/orders/src/undeclared-type.ts': "import type { Channel } from 'amqplib';\nexport type X = Channel;",
  'services/orders/src/given-on.ts': "export { Schema } from 'mongoose';",
  'services/orders/src/dynamic.ts': "export const { Ajv } = await import('ajv/dist/2020.js');",
  'services/orders/src/dynamic-sqlite.ts': "export const { DatabaseSync } = await import('node:sqlite');",
  'services/orders/src/set-up.ts': "import express from 'express';\nexport const app = express;",
  'services/orders/src/circle-a.ts': "import type { B } from './circle-b.ts';\nexport type A = B | 1;",
  'services/orders/src/circle-b.ts': "import type { A } from './circle-a.ts';\nexport type B = A | 2;",
  'services/orders/test/order.test.ts':
    "import { anOrder } from '@order-events/testing';\nimport express from 'express';\nexport const x = [anOrder, express];",
  'services/orders/test/store.test.ts': "import 'node:sqlite';",
};

let folder: string;
let found: Map<string, string>;

interface Report {
  readonly diagnostics: readonly { readonly category: string; readonly location: { readonly path: string } }[];
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-events-lint-'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  for (const name of ['biome.json', '.gitignore']) await cp(join(root, name), join(folder, name));
  await writeFile(join(folder, 'package.json'), '{ "workspaces": ["libs/*", "services/*"] }');
  const lint = promisify(execFile)(process.execPath, [biome, 'lint', '--reporter=json', '.'], { cwd: folder });
  const { stdout } = await lint.catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as Report;
  found = new Map(diagnostics.map(({ category, location }) => [location.path, category.replace(/^.*\//, '')]));
}, 30_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['services/orders/src/undeclared.ts', 'noUndeclaredDependencies'],
  ['services/orders/src/undeclared-subpath.ts', 'noUndeclaredDependencies'],
  ['services/orders/src/testing.ts', 'noUndeclaredDependencies'],
  ['services/orders/src/undeclared-type.ts', 'noUndeclaredDependencies'],
  ['services/orders/src/given-on.ts', 'noUndeclaredDependencies'],
  ['services/orders/src/dynamic.ts', 'noUndeclaredDependencies'],
  ['services/orders/src/dynamic-sqlite.ts', 'noRestrictedImports'],
  ['services/orders/src/set-up.ts', 'noRestrictedImports'],
  ['services/orders/test/store.test.ts', 'noRestrictedImports'],
  ['services/orders/src/circle-a.ts', 'noImportCycles'],
  ['services/orders/src/circle-b.ts', 'noImportCycles'],
])('the lint refuses %s: %s', (path, rule) => {
  expect(found.get(path)).toBe(rule);
});

test.each(['libs/store/src/sqlite.ts', 'services/orders/src/at-home.ts', 'services/orders/test/order.test.ts'])(
  'the lint takes %s',
  (path) => {
    expect(found.get(path)).toBeUndefined();
  },
);
