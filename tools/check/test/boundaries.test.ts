import { describe, expect, test } from '@jest/globals';
import { brokenBy, strays } from '../boundaries.ts';
import { readSource } from '../source-file.ts';
import type { Workspace } from '../workspaces.ts';

const workspaces = [
  aWorkspace('@order-events/contracts', 'libs/contracts', ['ajv']),
  aWorkspace('@order-events/runtime', 'libs/runtime', ['express', 'winston']),
  aWorkspace('@order-events/messaging', 'libs/messaging', ['amqplib']),
  aWorkspace('@order-events/store', 'libs/store', ['mongoose']),
  aWorkspace('@order-events/testing', 'libs/testing', []),
  aWorkspace('@order-events/orders', 'services/orders', ['@order-events/store', 'express', 'amqplib', 'mongoose']),
  aWorkspace('@order-events/payment-provider-sandbox', 'sandboxes/payment-provider', []),
  aWorkspace('@order-events/bench', 'verify/bench', []),
  aWorkspace('@order-events/prove', 'verify/prove', []),
  aWorkspace('@order-events/demo', 'apps/demo', []),
  aWorkspace('@order-events/tools', 'tools', []),
];

function aWorkspace(name: string, folder: string, dependencies: string[]): Workspace {
  return { name, folder, dependencies, devDependencies: [] };
}

const problems = (path: string, text: string) => brokenBy(readSource(path, text), workspaces);

describe('one technology, one home', () => {
  test.each([
    ['services/orders/src/order.ts', "import { connect } from 'amqplib';", 'amqplib belongs in libs/messaging alone'],
    [
      'services/orders/src/order.ts',
      "import type { Channel } from 'amqplib';",
      'amqplib belongs in libs/messaging alone',
    ],
    ['services/orders/src/order.ts', "export { Schema } from 'mongoose';", 'mongoose belongs in libs/store alone'],
    ['services/orders/test/order.test.ts', "import 'node:sqlite';", 'node:sqlite belongs in libs/store alone'],
    [
      'apps/demo/src/main.ts',
      "const { Ajv } = await import('ajv/dist/2020.js');",
      'ajv belongs in libs/contracts alone',
    ],
    [
      'services/orders/src/http.ts',
      "import express from 'express';",
      'an express application is set up in libs/runtime alone',
    ],
  ])('%s may not say %s', (path, text, problem) => {
    expect(problems(path, text)).toEqual([`${path}: ${problem}`]);
  });

  test('a technology is welcome at home, and in the benchmarks', () => {
    expect(problems('libs/messaging/src/connection.ts', "import { connect } from 'amqplib';")).toEqual([]);
    expect(
      problems('verify/bench/src/twin.ts', "import { connect } from 'amqplib';\nimport express from 'express';"),
    ).toEqual([]);
  });

  test('any service may have routes', () => {
    expect(problems('services/orders/src/http.ts', "import { Router } from 'express';")).toEqual([]);
  });
});

describe('workspaces', () => {
  test('testing is imported by tests only', () => {
    const text = "import { anOrder } from '@order-events/testing';";
    expect(problems('apps/demo/src/demo.ts', text)).toEqual(['apps/demo/src/demo.ts: testing is for tests only']);
    expect(problems('services/orders/test/order.test.ts', text)).toEqual([]);
  });

  test('a sandbox is imported by tests of a service only', () => {
    const text = "import { createLedger } from '@order-events/payment-provider-sandbox/ledger';";
    expect(problems('services/orders/src/order.ts', text)).toContain(
      'services/orders/src/order.ts: a sandbox is for tests, and for whoever starts it',
    );
    expect(problems('services/orders/test/order.test.ts', text)).toEqual([]);
    expect(problems('apps/demo/src/system.ts', text)).toEqual([]);
  });

  test('a file outside every workspace is named: no test and no rule would see it', () => {
    const files = ['scripts/once.ts', 'services/orders/src/order.ts'].map((path) => readSource(path, ''));
    expect(strays(files, workspaces)).toEqual(['scripts/once.ts: belongs to no workspace of package.json']);
  });

  test('another workspace is imported by its name, never by its path', () => {
    expect(problems('libs/messaging/src/a.ts', "import { x } from '../../store/src/index.ts';")).toEqual([
      'libs/messaging/src/a.ts: libs/store is imported by its name, @order-events/store',
    ]);
    expect(problems('libs/messaging/src/a.ts', "import { x } from './b.ts';")).toEqual([]);
  });

  test('types of another workspace come by its name, too, but for the modules that faults are planted into', () => {
    const text = "export type Store = typeof import('../../../../libs/store/src/index.ts');";
    const problem = 'libs/store is imported by its name, @order-events/store';
    expect(problems('verify/bench/src/faults/modules.ts', text)).toEqual([
      `verify/bench/src/faults/modules.ts: ${problem}`,
    ]);
    const modules = 'verify/prove/src/faults/modules.ts';
    expect(problems(modules, text)).toEqual([]);
    expect(problems(modules, text.replace('export type Store = typeof ', 'await '))).toEqual([
      `${modules}: ${problem}`,
    ]);
  });

  test('what the code imports is named in its package.json, or the service would miss it in its image', () => {
    expect(problems('services/orders/src/order.ts', "import { v5 } from 'uuid';")).toEqual([
      'services/orders/src/order.ts: uuid is missing in the dependencies of services/orders/package.json',
    ]);
    expect(problems('services/orders/test/order.test.ts', "import { expect } from '@jest/globals';")).toEqual([]);
  });
});

describe('the process', () => {
  test.each(['process.env.PORT', "process.env['PORT']", 'process.exit(1)', 'process.exitCode'])(
    '%s is for main.ts',
    (use) => {
      const text = `export const use = () => ${use};`;
      const name = use.includes('env') ? 'process.env' : use.replace('(1)', '');
      expect(problems('services/orders/src/config.ts', text)).toEqual([
        `services/orders/src/config.ts: ${name} belongs in main.ts`,
      ]);
      expect(problems('services/orders/src/main.ts', text)).toEqual([]);
      expect(problems('libs/runtime/src/run-main.ts', text)).toEqual([]);
      expect(problems('apps/demo/src/system.ts', text)).toEqual([]);
    },
  );

  test('naming it in a comment or in a text touches nothing', () => {
    expect(problems('libs/store/src/a.ts', "// process.exit(1)\nexport const text = 'process.env';")).toEqual([]);
  });
});
