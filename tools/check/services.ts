import { contracts, folderOf, forTheRecord, type ServiceEntry } from '@order-events/contracts';
import type { SourceFile } from './source-file.ts';
import { kindOf, type Workspace } from './workspaces.ts';

const LIST = 'libs/contracts/src/services.ts';

/** Where the services' values and the folders disagree, and what to do. */
export function misplacedServices(
  entries: readonly ServiceEntry[],
  workspaces: readonly Workspace[],
  sources: readonly SourceFile[],
): string[] {
  const folders = entries.map(folderOf);
  const unlisted = workspaces.filter(
    ({ folder }) => ['services', 'sandboxes'].includes(kindOf(folder)) && !folders.includes(folder),
  );
  return [
    ...unlisted.map(
      ({ folder }) => `${folder} has no entry in ${LIST}: add one, or npm start and Compose leave it out`,
    ),
    ...entries.flatMap((entry) => missingFiles(entry, sources)),
    ...entries.flatMap((entry) => idleQueues(entry, sources)),
    ...entries.flatMap(unknownEvents),
    ...sharedFacts(entries),
    ...idleEvents(entries),
  ];
}

function missingFiles(entry: ServiceEntry, sources: readonly SourceFile[]): string[] {
  const folder = folderOf(entry);
  const present = new Set(sources.map(({ path }) => path));
  return ['src/index.ts', 'src/main.ts']
    .map((file) => `${folder}/${file}`)
    .filter((path) => !present.has(path))
    .map((path) => `${path} is missing: ${entry.name} is in ${LIST}, and is started from there`);
}

/** A queue that its service doesn't subscribe to only fills. */
function idleQueues(entry: ServiceEntry, sources: readonly SourceFile[]): string[] {
  const { name, queues } = entry;
  const own = sources.filter(({ path }) => path.startsWith(`${folderOf(entry)}/src/`));
  const subscribed = new Set(own.flatMap(({ queues: named }) => named));
  return Object.keys(queues)
    .filter((queue) => !subscribed.has(queue))
    .map(
      (queue) =>
        `nobody consumes the queue ${queue}: subscribe to it in ${folderOf(entry)}/src (queue: '${queue}'), or take it out of ${name} in ${LIST}`,
    );
}

function unknownEvents({ queues }: ServiceEntry): string[] {
  const known = contracts.map(({ type }) => type);
  return Object.entries(queues).flatMap(([queue, { consumes }]) => {
    if (consumes === '#') return [];
    if (consumes.length === 0)
      return [`the queue ${queue} consumes no event: name its events in ${LIST}, or remove it`];
    const unknown = consumes.filter((type) => !known.includes(type));
    return unknown.map((type) => `the queue ${queue} consumes ${type}, which no contract defines: see docs/events.md`);
  });
}

/** What only one service may have. */
const unique: Readonly<Record<string, (entry: ServiceEntry) => readonly (string | number)[]>> = {
  port: ({ port, operationsPort }) => (operationsPort === undefined ? [port] : [port, operationsPort]),
  addressSetting: ({ addressSetting }) => [addressSetting],
  'public path': ({ publicPaths, livePaths = [] }) => [...publicPaths, ...livePaths],
  queue: ({ queues }) => Object.keys(queues),
};

function sharedFacts(entries: readonly ServiceEntry[]): string[] {
  return Object.entries(unique).flatMap(([fact, of]) => {
    const owners = Map.groupBy(
      entries.flatMap((entry) => of(entry).map((value) => ({ value, name: entry.name }))),
      ({ value }) => value,
    );
    return [...owners]
      .filter(([, all]) => all.length > 1)
      .map(
        ([value, all]) =>
          `${all.map(({ name }) => name).join(' and ')} have the same ${fact}, ${value}: give each its own in ${LIST}`,
      );
  });
}

/** An event that only audit consumes may have been forgotten. */
function idleEvents(entries: readonly ServiceEntry[]): string[] {
  const consumed = entries.flatMap(({ queues }) => Object.values(queues).flatMap(({ consumes }) => [...consumes]));
  const owned = contracts.filter(({ owner }) => entries.some(({ name }) => name === owner));
  return owned
    .map(({ type }) => type)
    .filter((type) => !consumed.includes(type) && !forTheRecord.includes(type))
    .map(
      (type) =>
        `no service acts on ${type}: name it in a queue of ${LIST}, or in forTheRecord of libs/contracts/src/consumers.ts`,
    );
}
