/**
 * The page with its generated blocks renewed. A block stands between `<!-- generated: NAME -->` and `<!-- end: NAME -->`;
 * all else on the page is written by hand and stays. Throws when a block has no place on the page.
 */
export function withBlocks(page: string, blocks: Readonly<Record<string, string>>): string {
  return Object.entries(blocks).reduce((text, [name, content]) => withBlock(text, name, content), page);
}

function withBlock(page: string, name: string, content: string): string {
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
  const [before, rest] = split(page, start);
  const [, after] = split(rest, end);
  return `${before}${start}\n\n${content}\n\n${end}${after}`;
}

function split(text: string, mark: string): [before: string, after: string] {
  const at = text.indexOf(mark);
  if (at === -1) throw new Error(`the page needs the line ${mark}, where its generated part belongs`);
  return [text.slice(0, at), text.slice(at + mark.length)];
}
