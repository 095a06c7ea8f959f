/** Another process on the same file: inserts documents until it is killed, and says which ones it was told are stored. */
import { newDocument } from '../src/collection.ts';
import { openStore } from '../src/open.ts';

const [url = ''] = process.argv.slice(2);
const store = await openStore(url);
const notes = await store.collection('notes');

async function insertForEver(writer: number): Promise<never> {
  for (let at = 0; ; at++) {
    await notes.insert(newDocument(`${writer}-${at}`, {}));
    process.stdout.write(`${writer}-${at}\n`);
  }
}

await Promise.all([1, 2, 3].map(insertForEver));
