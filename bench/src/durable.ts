import { openRig } from './durable-rig.ts';
import { median, rate, ratioOf, sample } from './figures.ts';

interface Measuring {
  readonly url: string;
  readonly rounds: number;
  readonly messages: number;
}

/** Outbox and inbox against the same handlers without either; the relay against direct publishing; commits. */
export async function measureDurable({ url, rounds, messages }: Measuring): Promise<void> {
  const rig = await openRig(url);
  try {
    const [plain, durable, direct, relayed]: [number[], number[], number[], number[]] = [[], [], [], []];
    await rig.startHearing();
    for (let round = 0; round < rounds; round++) {
      plain.push((await sample(messages, () => rig.plain(messages))).perSecond);
      durable.push((await sample(messages, () => rig.durable(messages))).perSecond);
    }
    await rig.stopHearing();
    for (let round = 0; round < rounds; round++) {
      const payloads = rig.payloads(messages);
      direct.push((await sample(messages, () => rig.direct(payloads))).perSecond);
      await rig.emptyQueue();
      await rig.fillOutboxes(messages);
      relayed.push((await sample(messages, () => rig.drainOutboxes())).perSecond);
      await rig.emptyQueue();
    }
    console.log('\nfrom a decision to its handler (SQLite, fsync at every commit, one process)');
    console.log(`  neither outbox nor inbox   ${rate(median(plain))}`);
    console.log(`  outbox and inbox           ${rate(median(durable))}   ratio ${ratioOf(durable, plain)}`);
    console.log('\ndraining outboxes');
    console.log(`  direct, pipelined          ${rate(median(direct))}`);
    console.log(`  relay                      ${rate(median(relayed))}   ratio ${ratioOf(relayed, direct)}`);
    console.log('\ncommits of a document with one event');
    for (const lanes of [1, 32]) {
      const some = lanes === 1 ? Math.ceil(messages / 10) : messages;
      const { perSecond } = await sample(some, () => rig.commit(some, lanes));
      console.log(`  ${lanes} at a time`.padEnd(28), rate(perSecond));
    }
  } finally {
    await rig.close();
  }
}
