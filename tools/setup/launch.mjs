/**
 * Runs a program of this project on a machine that has only Node, npm and the checkout: node tools/setup/launch.mjs PROGRAM [ARGS].
 * What is missing is installed first. Plain JavaScript without packages, because there may be none yet.
 */
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { listenForInterrupts } from './interrupts.mjs';
import { ensurePackages } from './packages.mjs';
import { ensureProgramNode } from './program-node.mjs';
import { runProgram } from './run-program.mjs';
import { SetupError } from './setup-error.mjs';
import { demand, LEAST_NODE } from './versions.mjs';

const root = join(fileURLToPath(import.meta.url), '..', '..', '..');

const { signal, release } = listenForInterrupts(say);

try {
  demand('Node', process.version, LEAST_NODE);
  await ensurePackages(root, say, signal);
  const node = await ensureProgramNode(root, say, signal);
  signal.throwIfAborted();
  const [program = '', ...args] = process.argv.slice(2);
  release();
  await runProgram(node, [resolve(root, program), ...args]);
} catch (error) {
  if (!(error instanceof SetupError)) throw error;
  process.stderr.write(`\n${error.message}\n`);
  process.exitCode = error.exitCode;
}

/** @param {string} line */
function say(line) {
  process.stderr.write(`${line}\n`);
}
