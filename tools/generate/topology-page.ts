import { consumers, contracts } from '@order-events/contracts';
import { delaysOf, type Queue, topology } from '@order-events/messaging';
import { brokerUsers } from '@order-events/messaging/operate';

const { exchanges, queues, bindings } = topology();

/** docs/topology.md: what stands in the broker and who may do what, made from the one description. */
export function topologyPage(): Map<string, string> {
  return new Map([['docs/topology.md', `${parts.join('\n\n')}\n`]]);
}

const code = (value: unknown) => `\`${value}\``;
const table = (head: readonly string[], rows: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escapePipes).join(' | ')} |`).join('\n');
// In a table a pipe ends the cell, also within code.
const escapePipes = (cell: string) => cell.replaceAll('|', '\\|');

const names = Object.keys(consumers);
const nodeOf = (name: string) => name.replaceAll('.', '_');

const picture = [
  '```mermaid',
  'flowchart LR',
  '  order_events{{order_events}} -. nobody bound .-> unrouted[(order_events.unrouted)]',
  '  dlx{{order_events.dlx}}',
  ...Object.entries(consumers).flatMap(([queue, { consumes, ...schedule }]) => {
    const node = nodeOf(queue);
    return [
      `  order_events -- "${consumes === '#' ? 'everything' : `${consumes.length} ${consumes.length === 1 ? 'type' : 'types'}`}" --> ${node}[(${queue})]`,
      `  ${node} -. fails .-> dlx`,
      `  dlx --> ${node}_retry[["${queue}.retry.{${delaysOf(schedule).join(', ')}} ms"]] -- after its time --> ${node}`,
      `  dlx --> ${node}_dlq[(${queue}.dlq)]`,
    ];
  }),
  '  live{{notifications.live}} --> instances[[a queue for each instance of notifications]]',
  '```',
].join('\n');

const argumentText = ({ arguments: args }: Pick<Queue, 'arguments'>) =>
  Object.entries(args)
    .map(([name, value]) => code(`${name}: ${value === '' ? '""' : value}`))
    .join(' ') || 'none';

const hearing = Object.entries(consumers).map(([queue, { service, consumes, attempts, ...rest }]) => [
  code(queue),
  service,
  consumes === '#' ? 'everything' : consumes.map(code).join(' '),
  `${attempts}: after ${delaysOf({ attempts, ...rest })
    .map((ms) => `${ms / 1000} s`)
    .join(', ')}`,
]);

const kinds: readonly (readonly [string, string])[] = [
  ['a consumed queue', names[0] ?? ''],
  ['a delay queue', `${names[0]}.retry.1000`],
  ['dead letters', `${names[0]}.dlq`],
  ['what nobody is bound for', 'order_events.unrouted'],
];

const parts = [
  '# What stands in the broker',
  'Generated from `libs/messaging/src/topology.ts` and the consumers table of contracts by `npm run generate`. ' +
    '`npm run topology -- plan` compares a broker with it, `apply` makes it so, `users` and `export` make the users, `deploy` does what a deploy needs of both.',
  picture,
  `${exchanges.length} exchanges, ${queues.length} queues, ${bindings.length} bindings; all durable, all queues quorum queues.`,
  '## Exchanges',
  table(
    ['exchange', 'type', 'arguments'],
    exchanges.map((each) => [code(each.name), each.type, argumentText(each)]),
  ),
  '## Queues',
  table(['queue', 'service', 'bound to `order_events` by', 'attempts'], hearing),
  'Each also has `<queue>.dlq` and one `<queue>.retry.<ms>` per delay, bound to `order_events.dlx` by their own names.',
  table(
    ['kind', 'for example', 'arguments'],
    kinds.map(([kind, name]) => [
      kind,
      code(name),
      argumentText(queues.find((queue) => queue.name === name) ?? { arguments: {} }),
    ]),
  ),
  '## Users',
  'One for each service, and `monitor`, which reads what stands there for the check at start. `^$` is nothing.',
  table(
    ['user', 'configure', 'write', 'read'],
    brokerUsers().map(({ name, configure, write, read }) => [name, ...[configure, write, read].map(code)]),
  ),
  'Keys that a user may publish:',
  table(
    ['user', 'exchange', 'keys'],
    brokerUsers().flatMap(({ name, keys }) => keys.map(({ exchange, write }) => [name, code(exchange), code(write)])),
  ),
  `The ${contracts.length} types, and who says them: [events](events.md).`,
  '## Without losing a message',
  '- **A service’s start** declares what is missing, or, where it may not, looks whether it is there. With `RABBITMQ_MANAGEMENT_URL` it compares everything ' +
    'first: what could lose a message stops the start and is named, the rest is logged. While it runs it compares again about every 3 min: log, readiness (`topology`) and ' +
    '`order_events_topology_differences` tell what has changed, limits of connections included. Without it, what is missing altogether is told.\n' +
    '- **`apply`** replaces what can’t be changed in place: [decision 5](decisions/0005-a-queue-is-replaced-beside-itself.md). It refuses while the queue is consumed. ' +
    'A queue that was deleted is declared anew, and `<queue>.gap` beside it says that it lacks what it held: `plan`, every service’s readiness and metric tell so until `recover` has run to its end. ' +
    'Whoever declares it makes that mark: `apply`, the start of a service, `recover` of another queue. ' +
    'A queue counts as deleted when it is missing and `order_events.unrouted`, which is made last, stands; so does one that is new in a release: recovered with `--since` now, it is filled with nothing. ' +
    'What was said while a binding was missing is named with its `recover`. That a queue was purged leaves no trace in the broker.\n' +
    '- **`recover <queue>`** publishes to a deleted queue, from audit’s log, the events that it consumes: the same bytes and signatures, to it alone by the default exchange. ' +
    'It waits until audit has read what was said before, keeps one page in memory, and names the time from which a run that was cut off goes on. ' +
    'Consumers absorb what they had. Without `--since` it sends everything from the beginning, for a service whose store is new: email then writes every mail once more.',
];
