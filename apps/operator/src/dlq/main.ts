import { createClient } from './client.ts';
import { commands, help } from './commands.ts';
import { DlqError, EXIT } from './errors.ts';
import { findSystem } from './find-system.ts';
import { readCommand } from './options.ts';

async function main(): Promise<number> {
  const [name = '--help', ...args] = process.argv.slice(2);
  const command = commands[name];
  if (!command) {
    const asked = ['--help', '-h', 'help'].includes(name);
    if (!asked) throw new DlqError(EXIT.misused, `there is no command ${name}. See: npm run dlq -- --help`);
    console.log(help);
    return EXIT.done;
  }
  const options = readCommand(name, command, args);
  if (options.help) {
    console.log(command.help);
    return EXIT.done;
  }
  const client = createClient(await findSystem(options, process.env));
  return command.run(client, options, { say: console.log, tell: console.error });
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof DlqError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
