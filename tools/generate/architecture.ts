import { contracts, serviceEntries } from '@order-events/contracts';
import { EXCHANGE } from '@order-events/messaging';
import { libsKnow } from '../check/arrows.ts';
import { mermaid } from './pictures.ts';

/** The processes, and what goes between them: requests, calls and events. */
export function processes(): string {
  const passedOn = serviceEntries.filter(({ publicPaths }) => publicPaths.length > 0);
  const producers = serviceEntries.filter(({ name }) => contracts.some(({ owner }) => owner === name));
  const consumers = serviceEntries.filter(({ queues }) => Object.keys(queues).length > 0);
  return mermaid([
    'flowchart LR',
    '  client([client]) -- "HTTP, Socket.IO" --> gateway',
    ...passedOn.map(({ name }) => `  gateway --> ${name}`),
    ...serviceEntries.flatMap(({ name, calls }) => calls.map((callee) => `  ${name} -. calls .-> ${callee}`)),
    ...producers.map(({ name }) => `  ${name} -- publishes --> exchange{{${EXCHANGE}}}`),
    ...consumers.map(
      ({ name, queues }) => `  exchange --> queues_${name}[("${Object.keys(queues).join(', ')}")] --> ${name}`,
    ),
  ]);
}

/** The libs: an arrow from each to those that it may import. */
export function floors(): string {
  const arrows = Object.entries(libsKnow).flatMap(([lib, known]) =>
    known.map((other) => `  ${nameOf(lib)} --> ${nameOf(other)}`),
  );
  return mermaid(['flowchart TD', ...arrows]);
}

const nameOf = (folder: string) => folder.replace('libs/', '');
