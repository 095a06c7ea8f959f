import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { glob, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { tellRunning } from '@order-events/demo';
import { eventually } from '@order-events/testing';
import { startWholeSystem, type WholeSystem } from '../src/whole-system.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const run = promisify(execFile);

let whole: WholeSystem;
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  whole = await startWholeSystem();
  folder = await mkdtemp(join(tmpdir(), 'order-events-documents-'));
  const { gateway = '', ...services } = whole.system.urls;
  const tokens = { customer: whole.tokenOf('ada'), admin: whole.tokenOf('root', 'admin') };
  await tellRunning(folder, { gateway, services, rabbitmq: { amqp: whole.broker.amqpUrl }, tokens });
  await whole.person('ada', 'ada@example.org');
  const pen = { name: 'Pen', price: 2450, currency: 'EUR', restock: 100 };
  await whole.admin.call('PUT', '/api/v1/products/pen', pen);
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await whole?.stop();
  await rm(folder, { recursive: true, force: true });
});

const copying =
  'new (require("node:sqlite").DatabaseSync)(process.argv[1]).prepare("VACUUM INTO ?").run(process.argv[2])';

/** The commands that pages show, and what is run for each: itself, less of the same, or nothing, for the reason given. */
const commands: Record<string, 'itself' | { readonly less: string } | { readonly not: string }> = {
  'npm start': { not: 'apps/demo/test/start.e2e.test.ts runs it' },
  'npm run --silent token -- ada': { less: 'ACCESS_TOKEN_SECRET=for-this-test-alone npm run --silent token -- ada' },
  'npm run secrets': { less: 'npm run secrets -- --file "$DATA_FOLDER/own-env"' },
  'npm test': { not: 'this is a part of it' },
  'npm test -- libs/store': { not: 'this is a part of it' },
  'npm run check': { less: 'npm run check -- boundaries' },
  'npm run new -- service vouchers': { not: 'npm run test:new does the same in a copy' },
  'npm run generate': { less: 'npm run generate -- --check' },
  'npm run dlq -- groups': 'itself',
  'npm run dlq -- replay --help': 'itself',
  'npm run prove': { less: 'npm run prove -- --help' },
  'npm run simulate': { less: 'npm run simulate -- --seed 1 --runs 1' },
  'npm run secrets && docker compose up -d --wait': { less: 'npm run secrets -- --file "$DATA_FOLDER/env"' },
  'docker compose up -d --no-deps --build orders': { not: 'npm run test:compose does the same' },
  [`npx node -e '${copying}' data/orders.db orders-copy.db`]: {
    less: `npx node -e '${copying}' "$ORDERS_DB" "$DATA_FOLDER/copy.db" && ls -s "$DATA_FOLDER/copy.db"`,
  },
  'node examples/place-an-order.mjs pen 2': 'itself',
  'node examples/watch.mjs': { not: 'a test below runs it until it has shown an order' },
};

/** Code on pages that is no program: it shows how a lib is used, and each function it names has to be one of a lib, or of a service. */
const fragments = ['contracts', 'messaging', 'runtime', 'service', 'store'].map((lib) => `libs/${lib}/README.md`);

interface Block {
  readonly page: string;
  readonly language: string;
  readonly text: string;
}

async function pages(): Promise<string[]> {
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.md'], {
    cwd: root,
  });
  return stdout.trim().split('\n').sort();
}

async function blocksOf(page: string): Promise<Block[]> {
  const text = await readFile(join(root, page), 'utf8').catch(() => '');
  return [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```$/gm)].map(([, language = '', text = '']) => ({
    page,
    language,
    text,
  }));
}

const blocks = (await Promise.all((await pages()).map(blocksOf))).flat();
const shell = blocks.filter(({ language }) => language === 'sh');
const curl = shell.filter(({ text }) => text.includes('curl '));
const shown = shell
  .filter((block) => !curl.includes(block))
  .flatMap(({ text }) => text.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()))
  .filter(Boolean);

const environment = () => {
  const { RABBITMQ_URL: _own, ...own } = process.env;
  const ORDERS_DB = whole.storeUrlOf('orders').replace('sqlite:', '');
  return { ...own, DATA_FOLDER: folder, ORDERS_DB, GATEWAY_URL: undefined, TOKEN: undefined };
};

const inShell = (text: string) =>
  run('bash', ['-euo', 'pipefail', '-c', text], { cwd: root, env: environment(), timeout: 120_000 });

/** As it stands on the page, but for where this system is, and the order whose id stands for <id>. */
const here = (text: string) =>
  text
    .replaceAll('http://localhost:3000', whole.gateway)
    .replaceAll('localhost:3000', whole.gateway)
    .replaceAll('./data/', `${folder}/`);

test('every block of a page has a language that is looked at, or is a picture', () => {
  const languages = new Set(blocks.filter(({ page }) => page !== 'docs/events.md').map(({ language }) => language));
  expect(
    [...languages].filter((language) => !['', 'env', 'sh', 'js', 'ts', 'json', 'mermaid'].includes(language)),
  ).toEqual([]);
});

test('JSON on pages is JSON', () => {
  for (const { text } of blocks.filter(({ language }) => language === 'json'))
    expect(() => JSON.parse(text)).not.toThrow();
});

test('every command that a page shows is known here, and none is known that no page shows', () => {
  expect([...new Set(shown)].sort()).toEqual(Object.keys(commands).sort());
});

describe('commands on pages', () => {
  const runnable = Object.entries(commands).flatMap(([command, how]) => {
    if (how === 'itself') return [[command, command]];
    return 'less' in how ? [[command, how.less]] : [];
  });
  test.each(runnable)(
    '%s',
    async (_command, run) => {
      const { stdout } = await inShell(run);
      expect(stdout.trim()).not.toBe('');
    },
    180_000,
  );
});

test.each(curl.map(({ page, text }) => [page, text]))(
  'the requests that %s shows place an order and follow it',
  async (_page, text) => {
    const script = here(text).replaceAll('<id>', '$ID').split('\n\n');
    const placing = script
      .slice(0, 2)
      .join('\n')
      .replace(/curl -s/, 'ANSWER=$(curl -s');
    const { stdout } = await inShell(
      `${placing})\nID=$(node -p 'JSON.parse(process.argv[1]).id' "$ANSWER")\n${script.slice(2).join('\n')}`,
    );
    expect(stdout).toContain('"statusLabel"');
    expect(stdout).toContain('"order:created"');
  },
  60_000,
);

/** Runs a program that watches, and orders placed from its first word on, until it has shown one. */
async function showsOrders(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const ada = await whole.person('ada');
  const child = spawn('node', args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  const shown = () => expect(said).toContain('Your order status changed from Pending to Confirmed');
  await eventually(
    async () => {
      expect([child.exitCode, said]).toEqual([null, expect.stringMatching(/./)]);
      await ada.place([{ productId: 'pen', quantity: 1 }], 'tok_ok');
      await eventually(shown, { timeoutMs: 2_000 });
    },
    { timeoutMs: 30_000 },
  );
  child.kill('SIGTERM');
  await once(child, 'exit');
}

test('examples/watch.mjs shows an order as it goes on', async () => {
  await showsOrders(['examples/watch.mjs'], environment());
}, 60_000);

test('an example without a system, or with a token that is refused, ends with one line', async () => {
  const nowhere = { ...environment(), DATA_FOLDER: join(folder, 'none') };
  const refused = { ...environment(), TOKEN: 'x.y.z' };
  for (const example of (await readdir(join(root, 'examples'))).filter((name) => /^(place|watch)/.test(name))) {
    const missing = run('node', [`examples/${example}`], { cwd: root, env: nowhere });
    await expect(missing).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^no system runs here.*\n$/),
    });
    const bad = run('node', [`examples/${example}`], { cwd: root, env: refused, timeout: 20_000 });
    await expect(bad).rejects.toMatchObject({ code: 1, stderr: expect.stringMatching(/^.*([Tt]oken|401).*\n$/) });
  }
}, 60_000);

test.each(fragments)('the functions that %s names are those of a lib, or of a service', async (page) => {
  const libs = ['contracts', 'messaging', 'runtime', 'service', 'store'].map((lib) => import(`@order-events/${lib}`));
  const known = new Set((await Promise.all(libs)).flatMap(Object.keys));
  const text = blocks.filter((block) => block.page === page && block.language === 'ts').map((block) => block.text);
  const made = /(?<![.\w])((?:create|open|define|parse|compose|run|set|load)[A-Z]\w*)\(/g;
  const named = [...text.join('\n').matchAll(made)].map(([, name = '']) => name);
  const own = namesOfFunctions([...text, ...(await sourcesOfServices())].join('\n'));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !known.has(name) && !own.has(name))).toEqual([]);
});

const namesOfFunctions = (text: string) => new Set([...text.matchAll(/function (\w+)/g)].map(([, name]) => name));

async function sourcesOfServices(): Promise<string[]> {
  const paths = await Array.fromAsync(glob('services/*/src/**/*.ts', { cwd: root }));
  return Promise.all(paths.map((path) => readFile(join(root, path), 'utf8')));
}

test('code in TypeScript on other pages is none, and so is looked at', () => {
  const others = blocks.filter(({ page, language }) => language === 'ts' && !fragments.includes(page));
  expect(others.map(({ page }) => page)).toEqual([]);
});

const snippets = blocks.filter(({ language }) => language === 'js');
test('each page that tells of live messages shows how', () => {
  const shows = new Set(snippets.map(({ page }) => page));
  expect([...shows].sort()).toEqual(['README.md', 'libs/client/README.md', 'services/notifications/README.md']);
});

test.each(snippets.map(({ page, text }) => [page, text]))(
  'the program that %s shows tells an order live',
  async (_page, text) => {
    const program = `console.log('begins');\nconst presentToken = () => process.env.TOKEN;\n${here(text)}`;
    await showsOrders(['--input-type=module', '-e', program], { ...environment(), TOKEN: whole.tokenOf('ada') });
  },
  60_000,
);
