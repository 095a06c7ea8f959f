import { folderOf, type ServiceEntry } from '@order-events/contracts';
import { brokerUsers } from '@order-events/messaging/operate';
import { parse } from 'yaml';

interface Container {
  readonly build?: { readonly args?: Readonly<Record<string, string>> };
  readonly environment?: Environment;
}
type Environment = Readonly<Record<string, unknown>>;

/** Where docker-compose.yml and the services' values disagree, and what to write. `text` is the file. */
export function composeProblems(
  text: string,
  entries: readonly ServiceEntry[],
  users: readonly string[] = brokerUserNames(),
): string[] {
  const { services: containers = {} } = parse(text, { merge: true }) as { services?: Record<string, Container> };
  const folders = entries.map(folderOf);
  const problems = [
    ...entries.flatMap((entry) => problemsOf(containers[entry.name], entry, entries, users)),
    ...differences('topology', containers.topology?.environment, passwordsOf(users)),
    ...Object.entries(containers)
      .filter(([, { build }]) => /^(services|sandboxes)\//.test(build?.args?.WORKSPACE ?? ''))
      .filter(([, { build }]) => !folders.includes(build?.args?.WORKSPACE ?? ''))
      .map(([name]) => `${name} is no service of libs/contracts/src/services.ts: add it there, or take it out here`),
  ];
  return problems.map((problem) => `docker-compose.yml: ${problem}`);
}

export function brokerUserNames(): string[] {
  return brokerUsers().map(({ name }) => name);
}

/** A service as docker-compose.yml has it: its lines below `services:`. */
export function containerOf(entry: ServiceEntry, users: readonly string[] = brokerUserNames()): string {
  const own = Object.entries({ ...portsOf(entry), ...backboneOf(entry, users) });
  const anchors = entry.httpOnly ? '*addresses' : '[*settings, *addresses]';
  return [
    `  ${entry.name}:`,
    '    <<: *service',
    `    image: order-events/${entry.name}`,
    `    build: { context: ., args: { WORKSPACE: ${folderOf(entry)} } }`,
    '    environment:',
    `      <<: ${anchors}`,
    ...own.map(([name, value]) => `      ${name}: ${value}`),
    ...(entry.httpOnly ? [] : ['    depends_on: *wait-for-backbone']),
  ].join('\n');
}

function problemsOf(
  container: Container | undefined,
  entry: ServiceEntry,
  entries: readonly ServiceEntry[],
  users: readonly string[],
): string[] {
  const { name } = entry;
  if (!container)
    return [
      `there is no service ${name}, so its queues fill and its paths answer 503. Add:\n${containerOf(entry, users)}`,
    ];
  const workspace = container.build?.args?.WORKSPACE;
  return [
    ...(workspace === folderOf(entry)
      ? []
      : [`${name} must be built of WORKSPACE: ${folderOf(entry)}, not ${workspace}`]),
    ...differences(name, container.environment, {
      ...portsOf(entry),
      ...backboneOf(entry, users),
      ...secretsOf(entry),
      ...addressesFor(entry, entries),
    }),
  ];
}

function differences(name: string, present: Environment = {}, wanted: Environment): string[] {
  return Object.entries(wanted)
    .filter(([setting, value]) => present[setting] !== value)
    .map(([setting, value]) => `${name} needs ${setting}: ${value}${has(present[setting])}`);
}

const has = (value: unknown) => (value === undefined ? '' : ` (it has ${value})`);
const secret = (name: string) => `\${${name}:?set it in .env}`;
const passwordOf = (user: string) => `${user.toUpperCase()}_RABBITMQ_PASSWORD`;
const passwordsOf = (users: readonly string[]) =>
  Object.fromEntries(users.map((user) => [passwordOf(user), secret(passwordOf(user))]));

const portsOf = ({ port, operationsPort }: ServiceEntry) => ({
  PORT: port,
  ...(operationsPort !== undefined && { OPERATIONS_PORT: operationsPort }),
});

/** Store and broker of its own. */
const backboneOf = ({ name, httpOnly }: ServiceEntry, users: readonly string[]) => ({
  ...(!httpOnly && { STORE_URL: `mongodb://mongo:27017/${name}` }),
  ...(users.includes(name) && { RABBITMQ_URL: `amqp://${name}:${secret(passwordOf(name))}@rabbitmq:5672` }),
});

const secretsOf = ({ httpOnly }: ServiceEntry) =>
  httpOnly ? {} : Object.fromEntries(['ACCESS_TOKEN_SECRET', 'EVENT_SIGNING_KEYS'].map((name) => [name, secret(name)]));

/** Addresses of the services that it calls; the gateway calls every service with a public path. */
function addressesFor({ name, calls }: ServiceEntry, entries: readonly ServiceEntry[]): Environment {
  const called = entries.filter((each) =>
    name === 'gateway' ? each.publicPaths.length > 0 : calls.includes(each.name),
  );
  return Object.fromEntries(called.map((each) => [each.addressSetting, addressOf(each)]));
}

/** A real system may take the place of a sandbox. */
function addressOf({ name, port, addressSetting, sandbox }: ServiceEntry): string {
  const address = `http://${name}:${port}`;
  return sandbox ? `\${${addressSetting}:-${address}}` : address;
}
