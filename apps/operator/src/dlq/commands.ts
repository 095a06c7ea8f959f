import type { Client } from './client.ts';
import { exportLetters, groups, list, show } from './look.ts';
import { filterOptions, type Options } from './options.ts';
import type { Screen } from './screen.ts';
import { actions, discard, edit, replay, vouch } from './settle.ts';

export interface Command {
  readonly help: string;
  readonly options: Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;
  /** Resolves with the exit code. */
  run(client: Client, options: Options, screen: Screen): Promise<number>;
}

const text = { type: 'string' } as const;
const filters = `  --queue Q --type T --code C       of that queue, event type, error code
  --order ID                        of that order
  --older-than 2h --newer-than 3d   by how long they have been dead`;
const settling = { queue: text, type: text, code: text, reason: text, key: text } as const;

export const help = `npm run dlq -- COMMAND — the dead letters: messages that their consumer gave up

  list      which there are                replay    send them again to the queue they died in
  groups    what broke how many            edit      send one with other data
  show      one with all that is in it     discard   take them out for good
  export    all, as JSON lines             vouch     sign what its source signed with a wrong key
                                           actions   who did what and why

Each has --help. Everywhere: --json, --url URL --token TOKEN (or GATEWAY_URL, ADMIN_TOKEN; else the system of npm start).
Exit code: 0 done, 1 refused or something came back, 2 wrong command line.`;

export const commands: Readonly<Record<string, Command>> = {
  list: {
    help: `npm run dlq -- list — letters, by queue and time of death\n\n${filters}\n  --limit N                         so many at most (20; 100 at most)`,
    options: { ...filterOptions, limit: text },
    run: list,
  },
  groups: {
    help: `npm run dlq -- groups — letters that died alike: same queue, type and error code\n\n${filters}`,
    options: filterOptions,
    run: groups,
  },
  show: {
    help: 'npm run dlq -- show QUEUE ID — why it died, its headers and the event; what is sealed stays sealed',
    options: {},
    run: show,
  },
  export: {
    help: `npm run dlq -- export — every letter with its exact bytes (base64), one JSON a line\n\n${filters}\n  --out FILE                        into a new file that only you can read`,
    options: { ...filterOptions, out: text },
    run: exportLetters,
  },
  replay: {
    help: `npm run dlq -- replay QUEUE ID… --reason R                        these letters
npm run dlq -- replay --queue Q --type T --code C --reason R      all that died so

A few go first and are watched; if one comes back, the rest stays where it is.

  --reason R    why, for the record
  --first N     how many go first (3)
  --watch S     how many seconds each may take to come back (as long as all its attempts take)
  --key K       the same key again asks for the same replay, not for another one`,
    options: { ...settling, first: text, watch: text },
    run: replay,
  },
  edit: {
    help: `npm run dlq -- edit QUEUE ID --data FILE --reason R — send one with other data

Only the data changes; it must keep the contract. The original stays beside it, and both are kept on record.

  --data FILE   the new data as JSON; - reads standard input
  --reason R    why, for the record
  --watch S     how many seconds it may take to come back
  --key K       the same key again asks for the same edit`,
    options: { data: text, reason: text, watch: text, key: text },
    run: edit,
  },
  vouch: {
    help: `npm run dlq -- vouch QUEUE ID… --reason R                         these letters
npm run dlq -- vouch --queue Q --type T --code C --reason R       all that died so

For events that their source has signed with a wrong key: the same bytes, with operators' signature beside the wrong one,
sent as a replay. Look at them first: whoever can publish can write such a letter. All are refused if one was never
signed, breaks its contract, or differs from what audit holds.

  --reason R    why, for the record
  --first N     how many go first (3)
  --watch S     how many seconds each may take to come back (as long as all its attempts take)
  --key K       the same key again asks for the same`,
    options: { ...settling, first: text, watch: text },
    run: vouch,
  },
  discard: {
    help: `npm run dlq -- discard QUEUE ID… --reason R                       these letters
npm run dlq -- discard --queue Q --type T --code C --reason R     all that died so

They are taken out for good: export them first if in doubt. The record of who and why stays.

  --reason R    why, for the record
  --key K       the same key again asks for the same discard`,
    options: settling,
    run: discard,
  },
  actions: {
    help: 'npm run dlq -- actions [--queue Q] [--limit N] — what operators did, newest first',
    options: { queue: text, limit: text },
    run: actions,
  },
};
