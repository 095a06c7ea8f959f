import { kindOf, type Workspace } from './workspaces.ts';

/** One technology, one home. A home is a folder; where the technology is exchanged, only that folder changes. */
const homes: Readonly<Record<string, string>> = {
  amqplib: 'libs/messaging',
  mongoose: 'libs/store',
  mongodb: 'libs/store',
  ajv: 'libs/contracts',
  'ajv-formats': 'libs/contracts',
  winston: 'libs/runtime',
  opossum: 'libs/runtime',
  'prom-client': 'libs/runtime',
  envalid: 'libs/runtime',
  nodemailer: 'services/email',
  'socket.io': 'services/notifications',
};

/** Measured against others on purpose, so it may hold what it compares with. */
const homeless = 'verify/bench';

/**
 * What a package.json may not name. The lint refuses imports of packages that a package.json doesn't name, and imports of
 * devDependencies outside tests; so this decides who may import what.
 */
export function wrongManifests(workspaces: readonly Workspace[]): string[] {
  return workspaces.flatMap((workspace) =>
    [...notAtHome(workspace), ...notInTests(workspace, workspaces)].map(
      (problem) => `${workspace.folder}/package.json: ${problem}`,
    ),
  );
}

function notAtHome({ folder, dependencies, devDependencies }: Workspace): string[] {
  const strangers = [...dependencies, ...devDependencies].filter((name) => homes[name] && homes[name] !== folder);
  return folder === homeless ? [] : strangers.map((name) => `${name} belongs in ${homes[name]} alone`);
}

/** What a service, a lib or an app may use in its tests alone; a sandbox is also for those who start it. */
function notInTests({ folder, dependencies }: Workspace, workspaces: readonly Workspace[]): string[] {
  const kind = kindOf(folder);
  if (kind === 'verify') return [];
  const forTests = workspaces.filter(
    (each) => each.folder === 'libs/testing' || (kind !== 'apps' && kindOf(each.folder) === 'sandboxes'),
  );
  const wrong = forTests.filter(({ name }) => dependencies.includes(name));
  return wrong.map(({ name }) => `${name} is for tests: name it in devDependencies`);
}
