import { expect, test } from '@jest/globals';
import { completeLockfile } from '../lockfile.ts';

const lockfile = (packages: object) => `${JSON.stringify({ lockfileVersion: 3, packages }, null, 2)}\n`;

const tool = {
  version: '1.2.3',
  dev: true,
  optionalDependencies: { 'tool-darwin-arm64': '1.2.3', 'tool-linux-x64-musl': '1.2.3', 'tool-linux-x64': '1.2.3' },
};

test('every platform of a native tool gets its entry, in the order in which npm writes them', () => {
  const here = { version: '1.2.3', cpu: ['x64'], dev: true, optional: true, os: ['linux'] };
  const text = lockfile({ '': {}, 'node_modules/tool': tool, 'node_modules/tool-linux-x64': here });
  const { packages } = JSON.parse(completeLockfile(text));
  expect(Object.keys(packages)).toEqual([
    '',
    'node_modules/tool',
    'node_modules/tool-darwin-arm64',
    'node_modules/tool-linux-x64',
    'node_modules/tool-linux-x64-musl',
  ]);
  expect(packages['node_modules/tool-linux-x64']).toEqual(here);
  expect(packages['node_modules/tool-linux-x64-musl']).toEqual({
    version: '1.2.3',
    cpu: ['x64'],
    libc: ['musl'],
    os: ['linux'],
    dev: true,
    optional: true,
  });
});

test('a complete lockfile stays as it is, to the byte', () => {
  const text = completeLockfile(lockfile({ '': {}, 'node_modules/tool': tool }));
  expect(completeLockfile(text)).toBe(text);
});

test('an optional package that is for every platform, or for a range of versions, is left to npm', () => {
  const text = lockfile({ 'node_modules/a': { optionalDependencies: { fsevents: '2.3.3', 'b-linux-x64': '^1.0.0' } } });
  expect(completeLockfile(text)).toBe(text);
});
