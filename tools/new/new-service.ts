import { access, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { serviceEntries, services } from '@order-events/contracts';
import { containerOf } from '../check/compose.ts';
import { UsageError } from '../command-line.ts';
import { edits } from './edits.ts';
import { git, programsIn } from './programs.ts';
import { freePort, namesTaken, readName, renamed } from './service-name.ts';

const example = 'examples/gifts';
const contract = 'libs/contracts/src/gifts.ts';

export interface Wish {
  readonly name: string;
  readonly port?: number;
}

interface Screen {
  readonly say: (line: string) => void;
  /** Ends the work; what was written is taken back, and the signal's reason is thrown. */
  readonly signal: AbortSignal;
}

/**
 * Makes a service of the example: its folder, its event, its value in the list of services, its container. Gives the paths that were written. All of it or
 * nothing: when a step fails, what was written is taken back. Throws UsageError for a name or port that can't be used, and for a tree with changes, which
 * could not be told from its own.
 */
export async function newService(root: string, wish: Wish, { say, signal }: Screen): Promise<string[]> {
  const files = await filesOf(root, wish);
  const changed = (await git(root, 'status', '--porcelain', '--untracked-files=normal')).trim();
  if (changed) throw new UsageError('the tree has changes: commit or stash them first (git status)');
  try {
    for (const [path, text] of files) {
      signal.throwIfAborted();
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
    const run = programsIn(root, signal);
    say('linking the new package: npm install');
    await run.npm('install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error');
    await run.node('node_modules/@biomejs/biome/bin/biome', 'check', '--write', ...files.keys());
    say('writing what is generated: npm run generate');
    await run.node('tools/generate/main.ts');
  } catch (error) {
    await takeBack(root, wish.name);
    throw error;
  }
  return (await git(root, 'status', '--porcelain', '--untracked-files=all')).trim().split('\n');
}

/** Each file that is new or changed, by its path from the root, with its whole text. */
async function filesOf(root: string, wish: Wish): Promise<Map<string, string>> {
  const sources = [...(await git(root, 'ls-files', example)).trim().split('\n'), contract];
  const texts = await Promise.all(sources.map((path) => readFile(join(root, path), 'utf8')));
  const taken = namesTaken(await readFile(join(root, 'docker-compose.yml'), 'utf8'));
  const service = readName(wish.name, taken, wordsOf(texts.filter((_, n) => sources[n]?.endsWith('.ts'))));
  const port = freePort(wish.port, Object.values(services));
  const files = new Map<string, string>();
  for (const [n, path] of sources.entries()) {
    const target = renamed(path.replace(example, 'services/gifts'), service);
    if (await exists(join(root, target))) throw new UsageError(`${target} exists already: choose another name`);
    files.set(target, renamed(withoutExample(texts[n] ?? ''), service));
  }
  const { example: _, folder: __, ...facts } = services.gifts;
  const entry = { ...facts, name: service.name, port };
  const users = [...serviceEntries.map(({ name }) => name), service.name];
  const container = containerOf(entry, users);
  for (const [path, edit] of Object.entries(edits)) {
    files.set(path, edit(await readFile(join(root, path), 'utf8'), { ...service, port, container }));
  }
  return files;
}

/** The words of the copied code, but for those that are renamed. */
function wordsOf(texts: readonly string[]): Set<string> {
  const words = texts.flatMap((text) => text.match(/[A-Za-z]+/g) ?? []);
  return new Set(words.filter((word) => !/^gifts?$/i.test(word)));
}

/** A page without the part that is about the example. */
function withoutExample(text: string): string {
  return text.replace(/<!-- example -->.*?<!-- end: example -->\n*/gs, '');
}

async function takeBack(root: string, name: string): Promise<void> {
  await git(root, 'checkout', '--quiet', '--', '.');
  await git(root, 'clean', '--quiet', '-fd');
  await rm(join(root, 'node_modules/@order-events', name), { force: true });
}

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );
