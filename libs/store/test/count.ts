/** Another process on the same file: adds one to document `a`, as often as asked. */
import { openStore } from '../src/open.ts';

const [url = '', times = '0'] = process.argv.slice(2);
const store = await openStore(url);
const counters = await store.collection<number>('counters');
for (let done = 0; done < Number(times); ) {
  const read = await counters.get('a');
  if (read && (await counters.replace({ ...read, state: read.state + 1 }))) done += 1;
}
await store.close();
