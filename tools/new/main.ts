import { join } from 'node:path';
import { readOptions, runCommand, UsageError, whole } from '../command-line.ts';
import { newService } from './new-service.ts';

const help = `npm run new — makes a new part of the system from an example

  npm run new -- service NAME              a service with a queue, retries, dead letters, store, event, route and tests
  npm run new -- service NAME --port N     on this port (default: the first free one)
  npm run new -- --help                    this page

It copies examples/gifts to services/NAME, renames it, and adds it to the list of services, to the events and to
docker-compose.yml. The tree must have no changes; when a step fails, nothing is left behind.`;

const root = join(import.meta.dirname, '..', '..');

await runCommand(async () => {
  const { values, positionals } = readOptions('npm run new', {
    options: { port: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const [kind, name, ...more] = positionals;
  if (kind !== 'service' || name === undefined || more.length > 0)
    throw new UsageError('say what to make: npm run new -- service NAME. See: npm run new -- --help');
  const port = values.port === undefined ? {} : { port: whole('port', values.port, { min: 1_024, max: 65_535 }) };
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => interrupted.abort(new UsageError(`${signal}: what was written is taken back`)));
  const written = await newService(root, { name, ...port }, { say: console.log, signal: interrupted.signal });
  console.log(`${written.join('\n')}

services/${name} is a service: npm test -- services/${name}
It starts with npm start and Compose (npm run secrets adds its secrets to .env). Next: its decision in services/${name}/src,
its queue's events in libs/contracts/src/services.ts, its README. git clean -fd and git checkout . take it back.`);
  return 0;
});
