import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chromium } from 'playwright-core';
import { startWholeSystem, type WholeSystem } from '../../src/whole-system.ts';
import { findChromium } from './find-chromium.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..', '..', '..');
const asked = { heard: ['order:created', 'order:status_changed'], label: 'Confirmed', remembered: true };

// The machine's own Node, when it has one: the client's users have no Node 26.
const node = existsSync('/usr/bin/node') ? '/usr/bin/node' : process.execPath;
const nodeVersion = execFileSync(node, ['--version']).toString().trim();
const browser = await findChromium();

let whole: WholeSystem;
let folder: string;

beforeAll(async () => {
  whole = await startWholeSystem();
  await whole.person('ada', 'ada@example.org');
  const lamp = { name: 'Lamp', price: 4990, currency: 'EUR', restock: 100 };
  await whole.admin.call('PUT', '/api/v1/products/lamp', lamp);
  folder = await mkdtemp(join(tmpdir(), 'order-events-packed-'));
  await npm(join(root, 'libs/client'), 'pack', '--pack-destination', folder);
  const [tarball = ''] = await readdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  await npm(folder, 'install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`);
  await copyFile(join(import.meta.dirname, 'try-client.js'), join(folder, 'try-client.js'));
}, 120_000);
afterAll(async () => {
  await whole?.stop();
  if (folder) await rm(folder, { recursive: true });
});

function npm(cwd: string, ...args: string[]): Promise<unknown> {
  // Without what this npm told its children about itself.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  return run('npm', args, { cwd, env });
}

const inputs = () => ({ url: whole.gateway, token: whole.tokenOf('ada'), productId: 'lamp' });

test(`packed and installed in an empty folder, it works from plain JavaScript in Node ${nodeVersion}`, async () => {
  const script = `import { tryClient } from './try-client.js';
console.log(JSON.stringify(await tryClient(${JSON.stringify(inputs())})));`;
  await writeFile(join(folder, 'main.js'), script);
  const { stdout, stderr } = await run(node, ['main.js'], { cwd: folder, timeout: 30_000 });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual(asked);
}, 60_000);

test('its types are enough for a strict TypeScript program', async () => {
  const program = `import { createClient, type Message } from '@order-events/client';
const client = createClient({ url: 'http://localhost:3000', token: async () => 'token' });
export async function first(): Promise<Message | undefined> {
  for await (const message of client.watch()) {
    if (message.event === 'order:status_changed') console.log(message.order.totalAmount + message.newStatus);
    // @ts-expect-error: no message has this
    console.log(message.price);
    return message;
  }
  return undefined;
}
`;
  await writeFile(join(folder, 'program.ts'), program);
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const strict = [
    '--strict',
    '--noEmit',
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--lib',
    'es2022,dom',
    '--types',
    '',
  ];
  const { stdout } = await run(process.execPath, [tsc, ...strict, 'program.ts'], { cwd: folder });
  expect(stdout).toBe('');
}, 60_000);

const inBrowser = 'it works in Chromium, in a page with an import map';
if ('file' in browser) test(inBrowser, () => worksIn(browser.file), 60_000);
else test.skip(`${inBrowser} (${browser.lacking})`, () => undefined);

async function worksIn(file: string): Promise<void> {
  const running = await chromium.launch({ executablePath: file, args: ['--no-sandbox'] });
  try {
    const page = await running.newPage();
    const imports = {
      '@order-events/client': '/packed/node_modules/@order-events/client/generated/index.js',
      'socket.io-client': '/packed/node_modules/socket.io-client/dist/socket.io.esm.min.js',
    };
    const html = `<!doctype html><script type="importmap">${JSON.stringify({ imports })}</script>`;
    // On the gateway's origin, as a shop's page would be; the files are those of the installed package.
    await page.route('**/packed/**', async (route) => {
      const path = new URL(route.request().url()).pathname.slice('/packed/'.length);
      if (path === '') return route.fulfill({ contentType: 'text/html', body: html });
      return route.fulfill({ contentType: 'text/javascript', body: await readFile(join(folder, path), 'utf8') });
    });
    await page.goto(`${whole.gateway}/packed/`);
    const told = await page.evaluate(async (given) => {
      const path = '/packed/try-client.js';
      const { tryClient } = (await import(path)) as { tryClient(given: object): Promise<unknown> };
      return tryClient(given);
    }, inputs());
    expect(told).toEqual(asked);
  } finally {
    await running.close();
  }
}
