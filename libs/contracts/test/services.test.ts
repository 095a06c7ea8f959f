import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { type ServiceEntry, serviceEntries, services, startOrder } from '../src/services.ts';

const run = promisify(execFile);

const tellingLoads = `import { registerHooks } from 'node:module';
registerHooks({ load: (url, context, next) => (console.log(url), next(url, context)) });`;

test('the list of services loads no other module', async () => {
  const hooks = `data:text/javascript,${encodeURIComponent(tellingLoads)}`;
  const program = "import '@order-events/contracts/services'";
  const args = ['--import', hooks, '--input-type=module', '-e', program];
  const { stdout } = await run(process.execPath, args, { cwd: import.meta.dirname });
  expect(stdout.trim().split('\n')).toEqual([expect.stringMatching(/contracts\/src\/services\.ts$/)]);
});

test('a name is a folder, a broker user and the start of a setting, so it is one word of lower-case letters', () => {
  for (const { name } of serviceEntries) expect(name).toMatch(/^[a-z]+$/);
});

test.each<[string, (entry: ServiceEntry) => readonly unknown[]]>([
  ['port', ({ port, operationsPort }) => [port, ...(operationsPort ? [operationsPort] : [])]],
  ['setting of an address', ({ addressSetting }) => [addressSetting]],
  ['public path', ({ publicPaths, livePaths = [] }) => [...publicPaths, ...livePaths]],
  ['queue', ({ queues }) => Object.keys(queues)],
])('no two services have one %s', (_what, of) => {
  const all = serviceEntries.flatMap(of);
  expect(all).toEqual([...new Set(all)]);
});

test('a service calls services that exist', () => {
  for (const { calls } of serviceEntries) expect(Object.keys(services)).toEqual(expect.arrayContaining([...calls]));
});

test('a service starts after those that it calls, the gateway last', () => {
  const names = startOrder().map(({ name }) => name as string);
  expect([...names, 'gifts'].sort()).toEqual(Object.keys(services).sort());
  for (const { name, calls } of serviceEntries)
    for (const called of calls) expect(names.indexOf(called)).toBeLessThan(names.indexOf(name));
  expect(names.at(-1)).toBe('gateway');
});

test('services that call each other in a circle are named', () => {
  const circle = [
    { ...services.orders, calls: ['payments'] },
    { ...services.payments, calls: ['orders'] },
  ];
  expect(() => startOrder(circle)).toThrow('services call each other in a circle: orders → payments → orders');
});
