import { posix } from 'node:path';
import type { SourceFile } from './source-file.ts';
import { isTest, type Workspace, workspaceOf } from './workspaces.ts';

/** Every rule that a file breaks and the lint can't see, as lines 'path: what is wrong'. */
export function brokenBy(file: SourceFile, workspaces: readonly Workspace[]): string[] {
  const own = workspaceOf(file.path, workspaces);
  // No test and no other rule would see it.
  const problems = own
    ? [...othersByPath(file, own, workspaces), ...processTouched(file)]
    : ['belongs to no workspace of package.json'];
  return problems.map((problem) => `${file.path}: ${problem}`);
}

/** The one place that knows modules of other workspaces that these export to nobody, by type: faults are planted into them. */
const plantedInto = 'verify/prove/src/faults/modules.ts';

/** By its name, another workspace gives what its `exports` name, and by its path everything. */
function othersByPath(file: SourceFile, own: Workspace, workspaces: readonly Workspace[]): string[] {
  const targets = file.imports
    .filter(({ from, isType }) => from.startsWith('.') && !(isType && file.path === plantedInto))
    .map(({ from }) => workspaceOf(posix.join(posix.dirname(file.path), from), workspaces));
  return targets.flatMap((target) =>
    target && target !== own ? [`${target.folder} is imported by its name, ${target.name}`] : [],
  );
}

/** Settings come in and the process ends in one place, so that everything else can run twice in one process, or in a test. */
function processTouched(file: SourceFile): string[] {
  const product = /^(libs|services|sandboxes)\//.test(file.path) && !isTest(file.path);
  const allowed = !product || /\/(run-)?main\.ts$/.test(file.path);
  return allowed ? [] : file.processUses.map((use) => `${use} belongs in main.ts`);
}
