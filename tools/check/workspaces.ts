/** A workspace of the tree, as its package.json tells. */
export interface Workspace {
  readonly name: string;
  /** From the root: 'libs/store'. */
  readonly folder: string;
  readonly dependencies: readonly string[];
  readonly devDependencies: readonly string[];
}

/** The first folder of a workspace's path: 'libs', 'services', 'sandboxes', 'tools' … */
export function kindOf(folder: string): string {
  return folder.split('/')[0] ?? folder;
}

export function workspaceOf(path: string, workspaces: readonly Workspace[]): Workspace | undefined {
  return workspaces.find(({ folder }) => path.startsWith(`${folder}/`));
}

/** '@scope/name' or 'name' of a bare specifier; undefined for a relative one. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('/')) return undefined;
  if (specifier.startsWith('node:')) return specifier;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Whether a file proves something and runs nowhere else. */
export function isTest(path: string): boolean {
  return /(^|\/)test\/|\.test\.ts$/.test(path) || path.startsWith('libs/testing/') || path.startsWith('verify/');
}
