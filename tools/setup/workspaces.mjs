import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @typedef {{ dependencies?: Record<string, string>, devDependencies?: Record<string, string>, workspaces?: string[] }} Manifest
 */

/**
 * The package.json of the root ('') and of each workspace, by folder.
 *
 * @param {string} root
 * @returns {Record<string, Manifest>}
 */
export function readManifests(root) {
  const own = readManifest(root) ?? {};
  const folders = (own.workspaces ?? []).flatMap((pattern) => foldersOf(root, pattern));
  const all = folders.map((folder) => [folder, readManifest(join(root, folder))]);
  return { '': own, ...Object.fromEntries(all.filter(([, manifest]) => manifest)) };
}

/**
 * What npm install has to be run for, or nothing when the lockfile knows every workspace and what it depends on.
 *
 * @param {Record<string, Manifest>} manifests
 * @param {{ packages: Record<string, Manifest> }} lock package-lock.json
 */
export function whyNpmInstall(manifests, lock) {
  for (const [folder, manifest] of Object.entries(manifests)) {
    const known = lock.packages[folder];
    if (!known) return `run npm install: ${folder} is in the workspaces and not linked`;
    if (needs(known) !== needs(manifest))
      return `run npm install: package-lock.json does not have the dependencies of ${join(folder, 'package.json')}`;
  }
  return undefined;
}

/** @type {(manifest: Manifest) => string} */
const needs = ({ dependencies = {}, devDependencies = {} }) =>
  JSON.stringify([dependencies, devDependencies].map((each) => Object.entries(each).sort()));

/**
 * @param {string} root
 * @param {string} pattern a folder, or all in a folder: 'libs/*'
 */
function foldersOf(root, pattern) {
  if (!pattern.endsWith('/*')) return [pattern];
  const parent = pattern.slice(0, -2);
  return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
}

/**
 * @param {string} folder
 * @returns {Manifest | undefined}
 */
function readManifest(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}
