import { openRig } from './durable-rig.ts';
import { median, rate, ratioOf, type Sample, sample } from './figures.ts';

interface Measuring {
  readonly url: string;
  readonly rounds: number;
  readonly messages: number;
}

/** Outbox and inbox against the same handlers without either; the relay against direct publishing; commits. */
export async function measureDurable({ url, rounds, messages }: Measuring): Promise<void> {
  const rig = await openRig(url);
  try {
    const [plain, durable, direct, relayed]: [Sample[], Sample[], Sample[], Sample[]] = [[], [], [], []];
    await rig.startHearing();
    // What was never run is slow: these two count for nothing.
    await rig.plain(Math.ceil(messages / 4));
    await rig.durable(Math.ceil(messages / 4));
    for (let round = 0; round < rounds; round++) {
      plain.push(await sample(messages, () => rig.plain(messages)));
      durable.push(await sample(messages, () => rig.durable(messages)));
    }
    await rig.stopHearing();
    for (let round = 0; round < rounds; round++) {
      const payloads = rig.payloads(messages);
      direct.push(await sample(messages, () => rig.direct(payloads)));
      await rig.emptyQueue();
      await rig.fillOutboxes(messages);
      relayed.push(await sample(messages, () => rig.drainOutboxes()));
      await rig.emptyQueue();
    }
    console.log('\nfrom a decision to its handler (SQLite, fsync at every commit, one process)');
    show('neither outbox nor inbox', plain);
    show('outbox and inbox', durable, plain);
    console.log('\ndraining outboxes');
    show('direct, pipelined', direct);
    show('relay', relayed, direct);
    console.log('\ncommits of a document with one event');
    for (const lanes of [1, 32]) {
      const some = lanes === 1 ? Math.ceil(messages / 10) : messages;
      show(`${lanes} at a time`, [await sample(some, () => rig.commit(some, lanes))]);
    }
  } finally {
    await rig.close();
  }
}

function show(name: string, runs: readonly Sample[], base?: readonly Sample[]): void {
  const rates = (samples: readonly Sample[]) => samples.map(({ perSecond }) => perSecond);
  const cpu = median(runs.map(({ cpuPer10k }) => cpuPer10k)).toFixed(2);
  const ratio = base ? `   ratio ${ratioOf(rates(runs), rates(base))}` : '';
  console.log(`  ${name.padEnd(26)} ${rate(median(rates(runs))).padStart(10)}   ${cpu} CPU-s/10k${ratio}`);
}
