import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A file or folder of ours can't be used; the message says in one line why, and what to do. */
export class FolderError extends Error {
  override readonly name = 'FolderError';
}

/**
 * Writes a file that only its owner reads, as a whole or not at all: a crash, or a full disk, leaves what was there before. Throws
 * FolderError.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}`);
  try {
    await writeDurably(draft, text);
    await rename(draft, file);
    await syncFolder(dirname(file));
  } catch (cause) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw new FolderError(`${file} can’t be written: ${reasonOf(cause)}`, { cause });
  }
}

async function writeDurably(file: string, text: string): Promise<void> {
  await using handle = await open(file, 'w', 0o600);
  await handle.writeFile(text);
  await handle.sync();
}

/** The new name is in the folder, which is on disk only after this. Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using handle = await open(folder, 'r');
  await handle.sync();
}

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full (ENOSPC): make room there',
  EDQUOT: 'your disk quota is used up (EDQUOT): make room there',
  EROFS: 'the disk is read-only (EROFS): choose another folder with DATA_FOLDER',
  EACCES: 'you may not write there (EACCES): choose another folder with DATA_FOLDER',
  EPERM: 'you may not write there (EPERM): choose another folder with DATA_FOLDER',
  EEXIST: 'there is a file of that name (EEXIST): choose another folder with DATA_FOLDER',
  ENOENT: 'nothing can be made there (ENOENT): choose another folder with DATA_FOLDER',
  ENOTDIR: 'a part of the path is no folder (ENOTDIR): choose another one with DATA_FOLDER',
};

/** Result codes of SQLite, by the system's names. */
const sqlite: Readonly<Record<number, string>> = { 8: 'EROFS', 13: 'ENOSPC', 14: 'EACCES' };

/** Why the system, or SQLite, refused, and what to do. */
export function reasonOf(error: unknown): string {
  const { code = '', errcode = 0, message = String(error) } = (error ?? {}) as Failure;
  return reasons[sqlite[errcode & 0xff] ?? code] ?? message;
}

interface Failure {
  readonly code?: string;
  readonly errcode?: number;
  readonly message?: string;
}
