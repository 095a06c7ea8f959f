import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { whyInstall } from '../packages.mjs';
import { adviceFor } from '../program-node.mjs';
import { SetupError } from '../setup-error.mjs';
import { demand, majorOf } from '../versions.mjs';
import { readManifests, whyNpmInstall } from '../workspaces.mjs';

const lock = (packages: Record<string, object>) => ({ packages });
const wanted = lock({
  '': {},
  'libs/store': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/store': { link: true },
});

test('nothing is installed when everything the lockfile asks for is there', () => {
  const present = lock({ 'node_modules/a': { version: '1.0.0' }, 'node_modules/store': { link: true } });
  expect(whyInstall(wanted, present)).toBeUndefined();
});

test('packages are installed when there are none, when one is missing, and when one has another version', () => {
  expect(whyInstall(wanted, undefined)).toBe('no packages are installed yet');
  expect(whyInstall(wanted, lock({ 'node_modules/a': { version: '1.0.0' } }))).toMatch(/node_modules\/store/);
  expect(whyInstall(wanted, lock({ 'node_modules/a': { version: '0.9.0' } }))).toMatch(/node_modules\/a/);
});

test('a package that is for another platform is not missed', () => {
  const optional = lock({ 'node_modules/a-win32': { version: '1.0.0', optional: true } });
  expect(whyInstall(optional, lock({}))).toBeUndefined();
  expect(whyInstall(optional, lock({ 'node_modules/a-win32': { version: '0.9.0' } }))).toMatch(/a-win32/);
});

test('a workspace that the lockfile does not know, or knows with other packages, needs npm install', () => {
  const manifests = {
    '': { devDependencies: { jest: '30' } },
    'services/gifts': { dependencies: { uuid: '14', express: '5' } },
  };
  const known = { ...manifests, 'services/gifts': { dependencies: { express: '5', uuid: '14' } } };
  expect(whyNpmInstall(manifests, lock(known))).toBeUndefined();
  expect(whyNpmInstall(manifests, lock({ '': manifests[''] }))).toBe(
    'run npm install: services/gifts is in the workspaces and not linked',
  );
  expect(whyNpmInstall(manifests, lock({ ...known, 'services/gifts': {} }))).toBe(
    'run npm install: package-lock.json does not have the dependencies of services/gifts/package.json',
  );
});

test('the workspaces of this repository are read, each by its folder', () => {
  const folders = Object.keys(readManifests(join(import.meta.dirname, '../../..')));
  expect(folders).toEqual(expect.arrayContaining(['', 'libs/contracts', 'services/orders', 'tools']));
});

test('a Node that is too old is refused with what is needed and what is here', () => {
  expect(() => demand('Node', 'v18.19.0', 20)).toThrow(
    new SetupError('Node 20 or newer is needed, this is v18.19.0: see https://nodejs.org/en/download'),
  );
  expect(() => demand('Node', 'v20.0.0', 20)).not.toThrow();
});

test('versions are read with and without their v', () => {
  expect([majorOf('v26.10.0'), majorOf('11.2.0\n'), majorOf('what?')]).toEqual([26, 11, undefined]);
});

test('when the Node of the project lacks a library, the advice is the command to type', () => {
  const complaint = 'node: error while loading shared libraries: libatomic.so.1: cannot open shared object file';
  expect(adviceFor(complaint)).toMatch(/^Node 26 needs .* sudo apt-get install libatomic1/);
  expect(adviceFor('Exec format error')).toBe('the installed Node 26 does not run here: Exec format error');
});
