import { expect, test } from '@jest/globals';
import { whyInstall } from '../packages.mjs';
import { adviceFor } from '../program-node.mjs';
import { SetupError } from '../setup-error.mjs';
import { demand, majorOf } from '../versions.mjs';

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
