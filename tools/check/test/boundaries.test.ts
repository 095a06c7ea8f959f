import { describe, expect, test } from '@jest/globals';
import { brokenBy } from '../boundaries.ts';
import { readSource } from '../source-file.ts';
import type { Workspace } from '../workspaces.ts';

const workspaces = [
  aWorkspace('@order-events/runtime', 'libs/runtime'),
  aWorkspace('@order-events/messaging', 'libs/messaging'),
  aWorkspace('@order-events/store', 'libs/store'),
  aWorkspace('@order-events/orders', 'services/orders'),
  aWorkspace('@order-events/bench', 'verify/bench'),
  aWorkspace('@order-events/prove', 'verify/prove'),
  aWorkspace('@order-events/demo', 'apps/demo'),
];

function aWorkspace(name: string, folder: string): Workspace {
  return { name, folder, dependencies: [], devDependencies: [] };
}

const problems = (path: string, text: string) => brokenBy(readSource(path, text), workspaces);

describe('workspaces', () => {
  test.each([
    "import { x } from '../../store/src/index.ts';",
    "import type { X } from '../../store/src/index.ts';",
    "export { x } from '../../store/src/index.ts';",
    "const { x } = await import('../../store/src/index.ts');",
  ])('another workspace is imported by its name, never by its path: %s', (text) => {
    expect(problems('libs/messaging/src/a.ts', text)).toEqual([
      'libs/messaging/src/a.ts: libs/store is imported by its name, @order-events/store',
    ]);
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

  test('files of the same workspace are imported by their path, from wherever', () => {
    expect(problems('libs/messaging/src/a.ts', "import { x } from './b.ts';")).toEqual([]);
    expect(problems('libs/messaging/test/b/a.test.ts', "import { x } from '../../src/b.ts';")).toEqual([]);
  });

  test('a file outside every workspace is named: no test and no other rule would see it', () => {
    expect(problems('scripts/once.ts', '')).toEqual(['scripts/once.ts: belongs to no workspace of package.json']);
    expect(problems('services/orders/src/order.ts', '')).toEqual([]);
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
