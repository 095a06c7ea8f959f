import { posix } from 'node:path';
import type { Import, SourceFile } from './source-file.ts';
import { isTest, kindOf, packageOf, type Workspace, workspaceOf } from './workspaces.ts';

/** A rule of the tree: what is wrong with one import of one file, in words; nothing when it is allowed. */
type ImportRule = (file: SourceFile, wanted: Import, workspaces: readonly Workspace[]) => string | undefined;

/** One technology, one home. A home is a folder; where it is exchanged, only that folder changes. */
const homes: Record<string, string> = {
  amqplib: 'libs/messaging',
  mongoose: 'libs/store',
  mongodb: 'libs/store',
  'node:sqlite': 'libs/store',
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
const homeless = 'verify/bench/';

const technologyAtHome: ImportRule = (file, { from }) => {
  const name = packageOf(from) ?? '';
  const home = homes[name];
  if (!home || file.path.startsWith(`${home}/`) || file.path.startsWith(homeless)) return undefined;
  return `${name} belongs in ${home} alone`;
};

/** Routers are everywhere; an application is set up in one place. */
const expressSetUpAtHome: ImportRule = (file, { from, takesDefault }) => {
  const allowed =
    !takesDefault || file.path.startsWith('libs/runtime/') || isTest(file.path) || file.path.startsWith(homeless);
  return from === 'express' && !allowed ? 'an express application is set up in libs/runtime alone' : undefined;
};

const testingInTests: ImportRule = (file, { from }) =>
  from === '@order-events/testing' && !isTest(file.path) ? 'testing is for tests only' : undefined;

const sandboxesInTests: ImportRule = (file, { from }, workspaces) => {
  const target = workspaces.find(({ name }) => name === packageOf(from));
  const isProduct = /^(libs|services)\//.test(file.path) && !isTest(file.path);
  return target && kindOf(target.folder) === 'sandboxes' && isProduct
    ? 'a sandbox is for tests, and for whoever starts it'
    : undefined;
};

/** The one place that knows modules of other workspaces that these export to nobody, by type: faults are planted into them. */
const plantedInto = 'verify/prove/src/faults/modules.ts';

const othersByName: ImportRule = (file, { from, isType }, workspaces) => {
  if (!from.startsWith('.') || (isType && file.path === plantedInto)) return undefined;
  const target = workspaceOf(posix.join(posix.dirname(file.path), from), workspaces);
  const own = workspaceOf(file.path, workspaces);
  return target && target !== own ? `${target.folder} is imported by its name, ${target.name}` : undefined;
};

const reachesAnImage = ['libs', 'services', 'sandboxes'];

const dependencyNamed: ImportRule = (file, { from }, workspaces) => {
  const name = packageOf(from);
  const own = workspaceOf(file.path, workspaces);
  if (!name || name.startsWith('node:') || !own || name === own.name) return undefined;
  // Tools and tests never reach an image, and share what the root names.
  if (isTest(file.path) || !reachesAnImage.includes(kindOf(own.folder))) return undefined;
  return own.dependencies.includes(name)
    ? undefined
    : `${name} is missing in the dependencies of ${own.folder}/package.json`;
};

const importRules = [
  technologyAtHome,
  expressSetUpAtHome,
  testingInTests,
  sandboxesInTests,
  othersByName,
  dependencyNamed,
];

/** Settings come in and the process ends in one place, so that everything else can run twice in one process, or in a test. */
function processTouched(file: SourceFile): string[] {
  const product = /^(libs|services|sandboxes)\//.test(file.path) && !isTest(file.path);
  const allowed = !product || /\/(run-)?main\.ts$/.test(file.path);
  return allowed ? [] : file.processUses.map((use) => `${use} belongs in main.ts`);
}

/** Every rule that a file breaks, as lines 'path: what is wrong'. */
export function brokenBy(file: SourceFile, workspaces: readonly Workspace[]): string[] {
  const imports = file.imports.flatMap((wanted) => importRules.map((rule) => rule(file, wanted, workspaces)));
  const problems = [...imports.filter((problem) => problem !== undefined), ...processTouched(file)];
  return problems.map((problem) => `${file.path}: ${problem}`);
}

/** A file in no workspace is seen by no test and by no rule of the tree. */
export function strays(files: readonly SourceFile[], workspaces: readonly Workspace[]): string[] {
  const outside = files.filter(({ path }) => !workspaceOf(path, workspaces));
  return outside.map(({ path }) => `${path}: belongs to no workspace of package.json`);
}
