import { parseArgs } from 'node:util';
import { complaintOf } from '../complaint.ts';
import { apply } from './apply.ts';
import { exported, users } from './broker-users.ts';
import { NotUnderstoodError } from './output.ts';
import { plan, shownPlan } from './plan.ts';
import { recover } from './recover.ts';
import { findOut } from './where.ts';

const help = `npm run topology — what stands in the broker, beside what is described (docs/topology.md)

  npm run topology -- plan                 names every difference; changes nothing
  npm run topology -- apply                makes the broker as described, without losing a message; a run that was
                                           cut off is finished by the next one; a queue that was deleted is declared
                                           empty, and told as a gap until recover has run
  npm run topology -- users                makes a broker user for each service, with exactly the rights it needs
  npm run topology -- deploy               apply, then users: what a deploy runs before the services; what is left and
                                           can lose nothing stops nobody
  npm run topology -- export               prints topology, users and rights as RabbitMQ imports them (load_definitions)
  npm run topology -- recover <queue>      declares a queue that was deleted and publishes its events to it, from audit's log
      --since 2026-11-24T10:00:00Z         from that time; without it from the beginning, as a new service needs it

  --url amqp://…         the broker (default RABBITMQ_URL, else that of a running npm start); its user must be an
                         administrator for users, and may declare for apply and recover
  --management http://…  its management API (default RABBITMQ_MANAGEMENT_URL, else port 15672 with the same user)
  --passwords <file>     users, deploy, export: env file with ORDERS_RABBITMQ_PASSWORD=… and so on, where they aren't
                         in the environment; what it lacks is made and written there (default data/broker-users.env)
  --prefix <text>        users, deploy, export: in front of every user's name
  --json                 the answer as JSON
  --help                 this page

recover asks audit (AUDIT_SERVICE_URL) with a token made from ACCESS_TOKEN_SECRET and ISSUER.
Exit code: 0 as described, 2 something differs or is left, 1 it could not be done.`;

const { values, positionals } = parse();
const [command = '', ...names] = positionals;

const commands: Record<string, () => Promise<number>> = {
  plan: async () => {
    const found = await plan(await findOut(values, process.env));
    say(shownPlan(found), { differences: found });
    return found.length === 0 ? 0 : 2;
  },
  apply: async () => apply(await findOut(values, process.env), { say, progress }),
  users: async () => users(await findOut(values, process.env), { ...values, env: process.env }, { say, progress }),
  deploy: async () => {
    const where = await findOut(values, process.env);
    const code = await apply(where, { say, progress }, true);
    return code || users(where, { ...values, env: process.env }, { say, progress });
  },
  export: async () => exported(await findOut(values, process.env), { ...values, env: process.env }, { say, progress }),
  recover: async () => recover(await findOut(values, process.env), names, values.since, { say, progress }),
};

process.exitCode = await run();

async function run(): Promise<number> {
  if (values.help || command === '') {
    console.log(help);
    return values.help ? 0 : 1;
  }
  try {
    const chosen = commands[command];
    if (!chosen) throw new NotUnderstoodError(`there is no “${command}”; see npm run topology -- --help`);
    return await chosen();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    return 1;
  }
}

function parse() {
  const options = {
    url: { type: 'string' },
    management: { type: 'string' },
    passwords: { type: 'string', default: 'data/broker-users.env' },
    prefix: { type: 'string', default: '' },
    since: { type: 'string' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    process.stderr.write(`${complaintOf(error)}; see npm run topology -- --help\n`);
    process.exit(1);
  }
}

/** The answer: on the standard output, for people or as JSON. */
function say(text: string, data: object): void {
  process.stdout.write(`${values.json ? JSON.stringify(data, null, 2) : text}\n`);
}

/** What happens meanwhile: never in the way of the answer. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}
