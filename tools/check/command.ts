import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What the compiler says of the whole tree; nothing when all types are right. */
export function typeErrors(root: string): Promise<string[]> {
  return command(root, 'typescript/bin/tsc', ['-p', 'tsconfig.json', '--pretty', 'false']);
}

/** A program of node_modules; its output is the problem when it fails. */
export async function command(root: string, program: string, args: readonly string[]): Promise<string[]> {
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const [code] = await once(child, 'close');
  return code === 0 ? [] : [output.join('').trim() || `${program} ended with ${code}`];
}
