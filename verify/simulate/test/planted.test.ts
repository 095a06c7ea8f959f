import { execFile } from 'node:child_process';
import { glob, readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from '@jest/globals';
import { hastened, plantedFaults, withMethods, withWraps, wrapExport } from '@order-events/prove/plant';
import { faults } from '../src/planted.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** `file name`, of all that one module of the product takes from another. */
const taken = new Set<string>();
let planted: readonly string[] = [];

beforeAll(async () => {
  for await (const path of glob('{libs,services}/*/src/**/*.ts', { cwd: root })) {
    for (const each of takenBy(path, await readFile(join(root, path), 'utf8'))) taken.add(each);
  }
  const child = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'plant-all.ts')]);
  planted = JSON.parse(child.stdout);
}, 120_000);

function takenBy(path: string, source: string): string[] {
  return [...source.matchAll(/^(?:import|export) \{([^}]*)\} from '(\.[^']*)'/gm)].flatMap(
    ([, names = '', from = '']) =>
      names.split(',').map((name) => `${posix.join(posix.dirname(path), from)} ${name.trim()}`),
  );
}

test.each([hastened, ...plantedFaults])(
  'the proof plants $name at exports that other modules take',
  ({ name, wraps }) => {
    expect(planted).toContain(name);
    for (const { file, name } of wraps) expect(taken).toContain(`${file} ${name}`);
  },
);

test.each(faults)('the simulation plants $name at exports that other modules take', ({ name, wraps }) => {
  expect(planted).toContain(name);
  for (const { file, name } of wraps) expect(taken).toContain(`${file} ${name}`);
});

test('of two faults at one export, the second wraps the first; one at an export that is not there is refused', () => {
  const later = wrapExport(
    'services/orders/src/order-id.ts',
    'orderIdOf',
    (real) => (user, key) => `${real(user, key)}!`,
  );
  const exports = { orderIdOf: (user: string, key: string) => `${user} ${key}`, other: 1 };
  const { orderIdOf, other } = withWraps(exports, [later, later]);
  expect([(orderIdOf as typeof exports.orderIdOf)('ada', 'k'), other]).toEqual(['ada k!!', 1]);
  expect(() => withWraps({}, [later])).toThrow('services/orders/src/order-id.ts exports no orderIdOf');
});

test('a fault is typed by the product', () => {
  const [file, real] = ['services/orders/src/order-id.ts', () => ''] as const;
  // @ts-expect-error: the module exports no such name
  expect(wrapExport(file, 'orderIdFor', () => real).name).toBe('orderIdFor');
  // @ts-expect-error: an order's id is a text
  expect(wrapExport(file, 'orderIdOf', () => () => 1).file).toBe(file);
  // @ts-expect-error: nothing is planted into this module
  expect(wrapExport('services/orders/src/main.ts', 'orderIdOf', () => real).name).toBe('orderIdOf');
});

test('a port with a method replaced keeps its state and its other methods', () => {
  class Port {
    #calls = 0;
    get calls() {
      return this.#calls;
    }
    call() {
      this.#calls += 1;
    }
    ping() {
      return 'own';
    }
  }
  const port = withMethods(new Port(), { ping: () => 'replaced' });
  port.call();
  expect([port.calls, port.ping()]).toEqual([1, 'replaced']);
});
