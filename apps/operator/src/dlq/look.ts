import { open } from 'node:fs/promises';
import { ageSince } from './age.ts';
import type { Client, FullLetter, Group, Letter } from './client.ts';
import { DlqError, EXIT } from './errors.ts';
import { filterOf, numberIn, type Options } from './options.ts';
import type { Screen } from './screen.ts';
import { type Column, json as jsonOf, printable, table } from './table.ts';

const letterColumns: readonly Column<Letter>[] = [
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'ID', of: ({ id }) => id, most: 44 },
  { title: 'TYPE', of: ({ type }) => type, most: 32 },
  { title: 'CODE', of: ({ code }) => code, most: 32 },
  { title: 'DEAD', of: ({ deadSince }) => ageSince(deadSince) },
  { title: 'TRIES', of: ({ attempts }) => attempts },
  { title: 'REPLAYS', of: ({ replay }) => replay },
  { title: 'ORDER', of: ({ orderId = '' }) => orderId, most: 44 },
];

const groupColumns: readonly Column<Group>[] = [
  { title: 'LETTERS', of: ({ count }) => count },
  { title: 'QUEUE', of: ({ queue }) => queue },
  { title: 'TYPE', of: ({ type }) => type, most: 32 },
  { title: 'CODE', of: ({ code }) => code, most: 32 },
  { title: 'OLDEST', of: ({ oldest }) => ageSince(oldest) },
  { title: 'NEWEST', of: ({ newest }) => ageSince(newest) },
  { title: 'REPLAYED', of: ({ replayed }) => replayed },
  { title: 'FOR EXAMPLE', of: ({ sample }) => sample.message, most: 60 },
];

export async function list(client: Client, options: Options, { say, tell }: Screen): Promise<number> {
  const { items, nextCursor } = await client.letters({ ...filterOf(options), limit: numberIn(options, 'limit') });
  say(options.json ? json(items) : tableOr(items, letterColumns, 'no dead letters'));
  if (nextCursor) tell('there are more: --limit, a filter, or groups');
  return EXIT.done;
}

export async function groups(client: Client, options: Options, { say }: Screen): Promise<number> {
  const { items } = await client.groups(filterOf(options));
  say(options.json ? json(items) : tableOr(items, groupColumns, 'no dead letters'));
  return EXIT.done;
}

export async function show(client: Client, options: Options, { say }: Screen): Promise<number> {
  const [queue, id] = options.positionals;
  if (!queue || !id) throw new DlqError(EXIT.misused, 'show takes a queue and an id');
  const { items } = await client.letter(queue, id);
  say(options.json ? json(items) : items.map(letterSheet).join('\n\n'));
  return EXIT.done;
}

export async function exportLetters(client: Client, options: Options, { say, tell }: Screen): Promise<number> {
  // A new file only: an earlier export is never overwritten.
  const file = options.out ? await open(options.out, 'wx', 0o600).catch(refuseFile) : undefined;
  let count = 0;
  try {
    for await (const letter of client.allLetters(filterOf(options))) {
      const line = jsonOf(await whole(client, letter));
      if (file) await file.write(`${line}\n`);
      else say(line);
      count++;
    }
  } finally {
    await file?.close();
  }
  tell(`${count} letters exported`);
  return EXIT.done;
}

/** A page shows the beginning of a long body only. */
async function whole(client: Client, letter: FullLetter): Promise<FullLetter> {
  if (letter.shownBytes >= letter.bytes) return letter;
  const body = await client.body(letter.queue, `${letter.id}~${letter.digest}`);
  return { ...letter, body: body.toString('base64'), shownBytes: body.length };
}

function letterSheet(letter: FullLetter): string {
  const { event, eventOmitted, body, shownBytes, bytes, failure, headers } = letter;
  const facts = [
    `${letter.queue}  ${letter.id}~${letter.digest}  ${letter.type}`,
    `dead for ${ageSince(letter.deadSince)}, after ${letter.attempts} tries and ${letter.replay} replays: ${letter.code}`,
    letter.message,
  ].map(printable);
  const part = shownBytes < bytes ? [`the first ${shownBytes} of ${bytes} bytes; export gives all`] : [];
  const asText = Buffer.from(body, 'base64').toString('utf8').split('\n').map(printable);
  const content = eventOmitted === undefined ? [json(event)] : [`(${eventOmitted})`, ...asText, ...part];
  return [...facts, '', 'failure', json(failure ?? null), '', 'headers', json(headers), '', 'body', ...content].join(
    '\n',
  );
}

const tableOr = <T>(rows: readonly T[], columns: readonly Column<T>[], none: string) =>
  rows.length > 0 ? table(rows, columns) : none;

export const json = (value: unknown) => jsonOf(value, 2);

function refuseFile(cause: NodeJS.ErrnoException): never {
  throw new DlqError(EXIT.failed, `the file can’t be made: ${cause.message}`, { cause });
}
