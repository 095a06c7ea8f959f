import { expect, test } from '@jest/globals';
import { withBlocks } from '../blocks.ts';

const page = 'Before.\n\n<!-- generated: table -->\n\nold\n\n<!-- end: table -->\n\nAfter.\n';

test('a block is renewed, and what was written by hand stays', () => {
  expect(withBlocks(page, { table: 'new' })).toBe(page.replace('old', 'new'));
});

test('a page that was generated is generated again without a change', () => {
  const once = withBlocks(page, { table: 'new' });
  expect(withBlocks(once, { table: 'new' })).toBe(once);
});

test('content is taken as it is: $& and the like mean nothing', () => {
  expect(withBlocks(page, { table: "$& $1 $'" })).toContain("\n\n$& $1 $'\n\n");
});

test('a block without a place on the page is told by its name', () => {
  expect(() => withBlocks(page, { routes: 'new' })).toThrow('the page needs the line <!-- generated: routes -->');
});

test('a block that never ends is told', () => {
  expect(() => withBlocks('<!-- generated: table -->\n', { table: 'new' })).toThrow('<!-- end: table -->');
});
