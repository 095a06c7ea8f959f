import { expect, test } from '@jest/globals';
import { readOptions } from '../src/options.ts';

test('the base port comes from the command line, else from the environment', () => {
  expect(readOptions([], {}).basePort).toBeUndefined();
  expect(readOptions([], { BASE_PORT: '' }).basePort).toBeUndefined();
  expect(readOptions([], { BASE_PORT: '5000' }).basePort).toBe(5000);
  expect(readOptions(['--base-port', '4000'], { BASE_PORT: '5000' }).basePort).toBe(4000);
});

test.each([
  [['--base-port', 'x'], {}, '--base-port must be a whole number from 1 to 65432'],
  [['--base-port', '0'], {}, '--base-port must be a whole number'],
  [['--base-port', ''], {}, '--base-port must be a whole number'],
  [['--base-port'], {}, "Option '--base-port <value>' argument missing"],
  [['--base-port', '-1'], {}, "Option '--base-port' argument is ambiguous"],
  [[], { BASE_PORT: '65433' }, 'BASE_PORT must be a whole number from 1 to 65432'],
  [['--onec'], {}, "Unknown option '--onec'"],
  [['extra'], {}, "Unexpected argument 'extra'"],
])('npm start %j %j is refused in one line', (args, env, line) => {
  expect(() => readOptions(args, env)).toThrow(line);
  expect(() => readOptions(args, env)).toThrow(/^[^\n]*See: npm start -- --help$/);
});
