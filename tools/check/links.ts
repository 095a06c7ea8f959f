import { access, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

const link = /\]\((?!https?:|#|mailto:)([^)\s#]+)(?:#[^)\s]*)?\)/g;

/** Every link of a page, to a file or folder of the tree, that leads nowhere: 'page: link'. Paths are from the root. */
export async function deadLinks(root: string, pages: readonly string[]): Promise<string[]> {
  const found = await Promise.all(pages.map((page) => deadLinksOf(root, page)));
  return found.flat();
}

async function deadLinksOf(root: string, page: string): Promise<string[]> {
  const targets = linksOf(await readFile(join(root, page), 'utf8'));
  const dead = await Promise.all(targets.map((target) => isMissing(join(root, dirname(page), target))));
  return targets.filter((_, n) => dead[n]).map((target) => `${page}: the link to ${target} leads nowhere`);
}

/** The relative links of a page, without those that its code blocks show. */
export function linksOf(text: string): string[] {
  const prose = text
    .replaceAll(/^ *```[\s\S]*?^ *```$/gm, '')
    .replaceAll(/`[^`\n]*`/g, (code) => ' '.repeat(code.length));
  return [...prose.matchAll(link)].map(([, target = '']) => target);
}

const isMissing = (path: string) =>
  access(path).then(
    () => false,
    () => true,
  );
