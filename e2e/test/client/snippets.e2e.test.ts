import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@order-events/testing';
import type { DemoCustomer } from '@order-events/tools/start/customer.ts';
import { startWholeSystem, type WholeSystem } from '../../src/whole-system.ts';

const root = join(import.meta.dirname, '..', '..', '..');
let whole: WholeSystem;
let ada: DemoCustomer;

beforeAll(async () => {
  whole = await startWholeSystem();
  ada = await whole.person('ada', 'ada@example.org');
  await whole.admin.call('PUT', '/api/v1/products/pen', { name: 'Pen', price: 2450, currency: 'EUR', restock: 1_000 });
}, 60_000);
afterAll(() => whole?.stop());

async function snippetsOf(page: string): Promise<[page: string, snippet: string][]> {
  const text = await readFile(join(root, page), 'utf8');
  return [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, snippet = '']) => [page, snippet]);
}

const pages = ['README.md', 'services/notifications/README.md', 'libs/client/README.md'];
const snippets = (await Promise.all(pages.map(snippetsOf))).flat();

test('each page that tells of live messages shows how', () => {
  expect([...new Set(snippets.map(([page]) => page))]).toEqual(pages);
});

test.each(snippets)('the program that %s shows hears of an order', async (_, snippet) => {
  const program = `const presentToken = () => ${JSON.stringify(whole.tokenOf('ada'))};
${snippet.replaceAll('http://localhost:3000', whole.gateway)}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd: root });
  const closed = once(child, 'close');
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  try {
    // Without a cursor it hears what comes once it is connected, and not every one says when that is.
    await eventually(async () => {
      await ada.place([{ productId: 'pen', quantity: 1 }], 'tok_ok');
      const told = () => expect(said).toContain('Your order status changed from Pending to Confirmed');
      await eventually(told, { timeoutMs: 1_500 });
    });
  } finally {
    child.kill();
    await closed;
  }
});
