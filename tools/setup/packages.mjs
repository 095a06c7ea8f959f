import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { withHeartbeat } from './heartbeat.mjs';
import { runChild } from './run-child.mjs';
import { SetupError } from './setup-error.mjs';
import { demand, LEAST_NPM } from './versions.mjs';
import { readManifests, whyNpmInstall } from './workspaces.mjs';

/**
 * @typedef {{ version?: string, link?: boolean, optional?: boolean } & import('./workspaces.mjs').Manifest} Entry
 * @typedef {{ packages: Record<string, Entry> }} Lock
 */

/**
 * Why the packages have to be installed, or nothing when what is there is what the lockfile asks for.
 *
 * @param {Lock} wanted package-lock.json
 * @param {Lock | undefined} present the copy that npm keeps of what it installed
 */
export function whyInstall(wanted, present) {
  if (!present) return 'no packages are installed yet';
  for (const [path, { version, link, optional }] of Object.entries(wanted.packages)) {
    if (!path.includes('node_modules/')) continue;
    const found = present.packages[path];
    if (!found && optional) continue; // For another platform.
    if (!found || found.version !== version || found.link !== link) return `the lockfile has changed (${path})`;
  }
  return undefined;
}

/**
 * Installs the packages of the lockfile, if need be.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {AbortSignal} [signal]
 */
export async function ensurePackages(root, say, signal) {
  const wanted = readLock(join(root, 'package-lock.json'));
  if (!wanted) throw new SetupError(`${join(root, 'package-lock.json')} can't be read: is this a whole checkout?`);
  const lagging = whyNpmInstall(readManifests(root), wanted);
  if (lagging) throw new SetupError(lagging);
  const reason = whyInstall(wanted, readLock(join(root, 'node_modules', '.package-lock.json')));
  if (!reason) return;
  say(`installing packages: ${reason}`);
  demand('npm', npmVersion(), LEAST_NPM);
  await npmCi(root, say, signal);
}

/**
 * @param {string} file
 * @returns {Lock | undefined}
 */
function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

function npmVersion() {
  try {
    const [command, args] = npm(['--version']);
    return execFileSync(command, args, { encoding: 'utf8', shell: command === 'npm.cmd' });
  } catch (cause) {
    throw new SetupError('npm is needed and was not found: see https://nodejs.org/en/download', { cause });
  }
}

/**
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {AbortSignal} [signal]
 */
async function npmCi(root, say, signal) {
  const started = performance.now();
  const [command, args] = npm([
    'ci',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--prefer-offline',
  ]);
  const code = await withHeartbeat(say, () => {
    const stdio = /** @type {const} */ (['ignore', 'ignore', 'inherit']);
    return runChild(command, args, { cwd: root, stdio: [...stdio], shell: command === 'npm.cmd' }, signal);
  });
  if (code !== 0)
    throw new SetupError(`npm ci failed (exit code ${code}), see above; is the package registry reachable?`);
  say(`packages installed in ${Math.round((performance.now() - started) / 1000)} s`);
}

/**
 * The npm that runs us, else the one on the path.
 *
 * @param {string[]} args
 * @returns {[string, string[]]}
 */
function npm(args) {
  const own = process.env.npm_execpath;
  if (own?.endsWith('npm-cli.js')) return [process.env.npm_node_execpath ?? process.execPath, [own, ...args]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', args];
}
