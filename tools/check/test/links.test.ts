import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { deadLinks, linksOf } from '../links.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'links-'));
  await writeFile(join(root, 'there.md'), '# Here');
});
afterAll(() => rm(root, { recursive: true }));

test('a link to a file that is not there is told with its page', async () => {
  await writeFile(join(root, 'page.md'), '[a](there.md), [b](there.md#here), [c](gone.md) and [d](gone/too.ts)');
  expect(await deadLinks(root, ['page.md'])).toEqual([
    'page.md: the link to gone.md leads nowhere',
    'page.md: the link to gone/too.ts leads nowhere',
  ]);
});

test('a link whose text is code is a link', () => {
  expect(linksOf('[`sqlite/`](src/sqlite) and [x](y.md)')).toEqual(['src/sqlite', 'y.md']);
});

test('addresses, anchors of the same page and code are no links into the tree', () => {
  const page = '[a](https://example.org) [b](#there) `[c](gone.md)`\n\n```md\n[d](gone.md)\n```\n';
  expect(linksOf(page)).toEqual([]);
});
