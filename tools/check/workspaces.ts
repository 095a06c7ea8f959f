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

/** Whether a file proves something and runs nowhere else. */
export function isTest(path: string): boolean {
  return /(^|\/)test\/|\.test\.ts$/.test(path) || path.startsWith('libs/testing/') || path.startsWith('verify/');
}
