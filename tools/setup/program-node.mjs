import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptInstall, canInstall } from './apt-get.mjs';
import { SetupError } from './setup-error.mjs';
import { majorOf, PROGRAM_NODE } from './versions.mjs';

/**
 * The Node that runs the programs: the one npm installed for this platform, else this very one if it is new enough. It has been
 * seen running.
 *
 * @param {string} root
 * @param {(line: string) => void} say
 * @param {AbortSignal} [signal]
 */
export async function ensureProgramNode(root, say, signal) {
  const own = platformNode(root);
  if (!own && (majorOf(process.version) ?? 0) >= PROGRAM_NODE) return process.execPath;
  if (!own)
    throw new SetupError(
      `npm has no Node ${PROGRAM_NODE} for ${process.platform}-${process.arch}: start npm with Node ${PROGRAM_NODE}`,
    );
  let complaint = await complaintOf(own);
  if (complaint?.includes('libatomic.so.1') && canInstall()) {
    await aptInstall('libatomic1', say, signal);
    complaint = await complaintOf(own);
  }
  if (complaint !== undefined) throw new SetupError(adviceFor(complaint));
  return own;
}

/**
 * The binary of the one platform package, of those the root package names, that npm found fit for this machine.
 *
 * @param {string} root
 */
function platformNode(root) {
  const { optionalDependencies = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const names = Object.keys(optionalDependencies).filter((name) => name.startsWith('node-'));
  const binaries = names.map((name) =>
    join(root, 'node_modules', name, 'bin', name.startsWith('node-win') ? 'node.exe' : 'node'),
  );
  return binaries.find((file) => existsSync(file));
}

/**
 * What keeps the binary from running; nothing when it runs.
 *
 * @param {string} file
 * @returns {Promise<string | undefined>}
 */
function complaintOf(file) {
  return new Promise((resolve) => {
    execFile(file, ['--version'], { timeout: 20_000 }, (error, _stdout, stderr) =>
      resolve(error ? stderr.trim().split('\n')[0] || error.message : undefined),
    );
  });
}

/** @param {string} complaint */
export function adviceFor(complaint) {
  if (!complaint.includes('libatomic.so.1'))
    return `the installed Node ${PROGRAM_NODE} does not run here: ${complaint}`;
  return (
    `Node ${PROGRAM_NODE} needs the library libatomic.so.1: sudo apt-get install libatomic1 (Debian, Ubuntu), ` +
    'sudo dnf install libatomic (Fedora, RHEL)'
  );
}
