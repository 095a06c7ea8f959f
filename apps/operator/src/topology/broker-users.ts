import { topology } from '@order-events/messaging';
import { applyUsers, brokerUsers, definitions, managementAt, vhostOf } from '@order-events/messaging/operate';
import type { Output } from './output.ts';
import { passwordsIn } from './passwords.ts';
import type { Env, Where } from './where.ts';

interface Chosen {
  readonly passwords: string;
  readonly prefix: string;
  readonly env: Env;
}

/** Makes the users in the broker. Where their passwords are is said, never the passwords. */
export async function users(where: Where, chosen: Chosen, { say }: Output): Promise<number> {
  const passwords = await passwordsOf(chosen);
  const made = await applyUsers(managementAt(where.management, where.amqp), { prefix: chosen.prefix, passwords });
  say(`${made.join(', ')}: made as described; their passwords are in the environment or in ${chosen.passwords}`, {
    users: made,
    passwords: chosen.passwords,
  });
  return 0;
}

/** Prints what RabbitMQ imports, with salted hashes of the passwords. */
export async function exported({ amqp }: Pick<Where, 'amqp'>, chosen: Chosen, { say }: Output): Promise<number> {
  const passwords = await passwordsOf(chosen);
  const all = definitions(topology(), vhostOf(amqp), { prefix: chosen.prefix, passwords });
  say(JSON.stringify(all, null, 2), all);
  return 0;
}

async function passwordsOf({ passwords, env }: Chosen): Promise<Record<string, string>> {
  const names = brokerUsers().map(({ name }) => name);
  return passwordsIn(passwords, names, env);
}
