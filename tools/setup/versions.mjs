import { SetupError } from './setup-error.mjs';

/** What starts the set-up; the programs themselves run on the Node that the set-up installs. */
export const LEAST_NODE = 20;
/** It has to read the lockfile, and know workspaces and platform packages. */
export const LEAST_NPM = 9;
/** What runs the programs: TypeScript as it is, and node:sqlite. */
export const PROGRAM_NODE = 26;

/** @param {string} version such as 'v20.11.1' or '11.2.0' */
export function majorOf(version) {
  const major = /^v?(\d+)\./.exec(version.trim())?.[1];
  return major === undefined ? undefined : Number(major);
}

/**
 * @param {string} what
 * @param {string} version
 * @param {number} least
 */
export function demand(what, version, least) {
  if ((majorOf(version) ?? 0) >= least) return;
  throw new SetupError(
    `${what} ${least} or newer is needed, this is ${version.trim()}: see https://nodejs.org/en/download`,
  );
}
