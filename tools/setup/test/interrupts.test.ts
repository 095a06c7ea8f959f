import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';

const setup = join(import.meta.dirname, '..');
const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A checkout without packages, and an npm that never gets done. */
async function aFreshClone(): Promise<{ root: string; npm: string; pidFile: string }> {
  const root = await mkdtemp(join(tmpdir(), 'order-events-clone-'));
  folders.push(root);
  await mkdir(join(root, 'tools'));
  await cp(setup, join(root, 'tools', 'setup'), { recursive: true });
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  await writeFile(join(root, 'package-lock.json'), '{"packages":{"":{},"node_modules/a":{"version":"1.0.0"}}}');
  const [npm, pidFile] = [join(root, 'npm-cli.js'), join(root, 'npm.pid')];
  await writeFile(
    npm,
    `import { writeFileSync } from 'node:fs';
if (process.argv.includes('--version')) console.log('11.0.0');
else { writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); process.stderr.write('npm works\\n'); setInterval(() => {}, 1000); }`,
  );
  return { root, npm, pidFile };
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)(
  '%s while packages are installed ends npm and the launcher, with a word and code %i',
  async (signal, code) => {
    const { root, npm, pidFile } = await aFreshClone();
    const env = { PATH: process.env.PATH, npm_execpath: npm, npm_node_execpath: process.execPath };
    const launcher = spawn(process.execPath, [join(root, 'tools', 'setup', 'launch.mjs'), 'none.ts'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    launcher.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (!said.includes('npm works') && (said + text).includes('npm works')) launcher.kill(signal);
      said += text;
    });
    expect((await once(launcher, 'close'))[0]).toBe(code);
    expect(said).toMatch(`${signal}: stopping what is being installed; the next start goes on with it`);
    const pid = Number(await readFile(pidFile, 'utf8'));
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  },
);
