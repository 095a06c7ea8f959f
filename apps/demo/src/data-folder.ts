import { chmod, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type Held, HeldElsewhereError, holdFile } from '@order-events/store/hold';
import { FolderError, reasonOf } from './kept-file.ts';

const LOCK = 'start.lock';
/** What only an `npm start` writes: a folder that has one of them is its own. */
const OURS = [LOCK, 'secrets.json'];
const LEFT = 'running.json';

/**
 * Makes the folder, for its owner only, and this process the one `npm start` in it. What a killed start left is taken over. Throws
 * FolderError.
 */
export async function takeDataFolder(folder: string): Promise<Held> {
  try {
    await make(resolve(folder));
    const present = await readdir(folder);
    // Someone else's folder, such as /tmp, keeps its rights; our files in it have their own.
    if (present.length === 0 || OURS.some((name) => present.includes(name))) await shut(folder, present);
  } catch (cause) {
    throw new FolderError(`the folder ${folder} can’t be used: ${reasonOf(cause)}`, { cause });
  }
  const held = hold(folder);
  // Its addresses and tokens are those of a start that was killed.
  await rm(join(folder, LEFT), { force: true });
  return held;
}

// Node's own recursive form never returns below a folder that refuses new ones with ENOENT, such as /proc.
async function make(folder: string): Promise<void> {
  const made = () => mkdir(folder, { mode: 0o700 });
  await made().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    const parent = dirname(folder);
    const lacksParent = error.code === 'ENOENT' && !(await stat(parent).catch(() => undefined));
    if (!lacksParent) throw error;
    await make(parent);
    await made();
  });
}

function hold(folder: string): Held {
  try {
    return holdFile(join(folder, LOCK));
  } catch (cause) {
    if (!(cause instanceof HeldElsewhereError)) {
      throw new FolderError(`the folder ${folder} can’t be used: ${reasonOf(cause)}`, { cause });
    }
    const who = cause.pid === undefined ? 'another npm start' : `npm start, process ${cause.pid},`;
    throw new FolderError(`${who} uses the folder ${folder}: stop that one, or choose another with DATA_FOLDER`);
  }
}

/** Stores that an earlier version wrote could be read by all. */
async function shut(folder: string, names: readonly string[]): Promise<void> {
  const mine = process.getuid?.();
  if (mine === undefined || (await stat(folder)).uid !== mine) return;
  await chmod(folder, 0o700);
  for (const name of names) {
    const file = join(folder, name);
    if ((await stat(file)).isFile()) await chmod(file, 0o600);
  }
}
