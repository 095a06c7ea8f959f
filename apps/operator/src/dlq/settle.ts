import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ageSince } from './age.ts';
import type { Action, Client } from './client.ts';
import { DlqError, EXIT } from './errors.ts';
import { json } from './look.ts';
import { demanded, numberIn, type Options } from './options.ts';
import type { Screen } from './screen.ts';
import { type Column, table } from './table.ts';

const ASK_EVERY_MS = 500;

const actionColumns: readonly Column<Action>[] = [
  { title: 'ID', of: ({ id }) => id },
  { title: 'WHEN', of: ({ requestedAt }) => ageSince(requestedAt) },
  { title: 'WHAT', of: ({ kind }) => kind },
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'STATE', of: ({ state }) => state },
  { title: 'LETTERS', of: ({ counts }) => Object.values(counts).reduce((sum, count) => sum + count, 0) },
  { title: 'CAME BACK', of: ({ counts }) => counts.returned },
  { title: 'WHO', of: ({ by }) => by, most: 40 },
  { title: 'WHY', of: ({ reason }) => reason, most: 60 },
];

export const replay = sendAgain('replay');
export const vouch = sendAgain('vouch');

function sendAgain(kind: 'replay' | 'vouch') {
  return async (client: Client, options: Options, screen: Screen): Promise<number> => {
    const [first, watchSeconds] = [numberIn(options, 'first'), numberIn(options, 'watch')];
    const request = { ...chosen(options), reason: demanded(options, 'reason'), first, watchSeconds };
    return follow(client, await client.submit(kind, request, options.key), options, screen);
  };
}

export async function discard(client: Client, options: Options, screen: Screen): Promise<number> {
  const request = { ...chosen(options), reason: demanded(options, 'reason') };
  return follow(client, await client.submit('discard', request, options.key), options, screen);
}

export async function edit(client: Client, options: Options, screen: Screen): Promise<number> {
  const [queue, letter] = options.positionals;
  if (!queue || !letter) throw new DlqError(EXIT.misused, 'edit takes a queue and an id');
  const data = await readData(demanded(options, 'data'));
  const request = {
    queue,
    letter,
    data,
    reason: demanded(options, 'reason'),
    watchSeconds: numberIn(options, 'watch'),
  };
  return follow(client, await client.submit('edit', request, options.key), options, screen);
}

export async function actions(client: Client, options: Options, { say }: Screen): Promise<number> {
  const { items } = await client.actions({ queue: options.queue, limit: numberIn(options, 'limit') });
  if (options.json) say(json(items));
  else say(items.length > 0 ? table(items, actionColumns) : 'nothing was done yet');
  return EXIT.done;
}

/** Shows how it goes until it has ended. Interrupted, it goes on at audit all the same. */
async function follow(client: Client, asked: Action, { json: asJson }: Options, screen: Screen): Promise<number> {
  let action = asked;
  let shown = '';
  screen.tell(`on record as ${action.id}`);
  while (action.state !== 'done' && action.state !== 'stopped') {
    if (progressOf(action) !== shown) screen.tell(progressOf(action));
    shown = progressOf(action);
    await delay(ASK_EVERY_MS);
    action = await client.action(action.id);
  }
  screen.say(asJson ? json(action) : endOf(action));
  const { returned, gone } = action.counts;
  return action.state === 'done' && returned === 0 && gone === 0 ? EXIT.done : EXIT.failed;
}

function progressOf({ kind, counts }: Action): string {
  const { waiting, underway, sent, returned, discarded } = counts;
  const left = waiting + underway;
  if (kind === 'discard') return `${discarded} discarded, ${left} left`;
  return `${sent + returned} sent, ${returned} came back, ${left} left`;
}

function endOf(action: Action): string {
  const { state, because, counts } = action;
  const gone = counts.gone > 0 ? `, ${counts.gone} were not there any more` : '';
  return `${state}: ${progressOf(action)}${gone}${because ? ` (${because})` : ''}`;
}

/** Named by queue and ids, or all of a group. */
export function chosen({ positionals, queue, type, code }: Options): object {
  const [from, ...letters] = positionals;
  const group = { queue, group: { type, code } };
  if (from && letters.length > 0 && !queue && !type && !code) return { queue: from, letters };
  if (!from && queue && type && code) return group;
  throw new DlqError(EXIT.misused, 'name a queue and ids, or --queue, --type and --code');
}

async function readData(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file === '-' ? '/dev/stdin' : file, 'utf8'));
  } catch (cause) {
    throw new DlqError(EXIT.misused, `--data ${file} can’t be read as JSON: ${(cause as Error).message}`, { cause });
  }
}
