import { spawn } from 'node:child_process';
import { once } from 'node:events';

// A process of its own, because only another one's lock is in the way.
const program = `
  const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
  const database = new DatabaseSync(process.argv[1], { timeout: 30000 });
  database.exec('BEGIN IMMEDIATE');
  setTimeout(() => database.exec('ROLLBACK'), Number(process.argv[2]));
`;

/** Keeps everyone else from writing to the SQLite store for that long. */
export async function holdStore(storeUrl: string, ms: number): Promise<void> {
  const file = storeUrl.slice('sqlite:'.length);
  const holder = spawn(process.execPath, ['-e', program, file, String(ms)], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(holder, 'exit');
  if (code !== 0) throw new Error(`the store ${file} could not be held`);
}
