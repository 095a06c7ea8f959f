import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantedFaults } from './planted.ts';
import type { Proof } from './proof.ts';
import { startProofBroker } from './rig/broker.ts';
import { everyStep, type ProofWish, Rounds } from './rounds.ts';
import { scenarios } from './scenarios/all.ts';
import { calm } from './scenarios/kills.ts';
import { storm } from './scenarios/storm.ts';

export const names = [
  calm.name,
  ...scenarios.map(({ name }) => name),
  everyStep,
  storm.name,
  ...plantedFaults.map(({ name }) => name),
];

/** Harms running systems in every way there is, checks what is left of them, and then whether the checks can fail. */
export async function prove(wish: ProofWish): Promise<Proof> {
  const compiled = await mkdtemp(join(tmpdir(), 'order-events-compiled-'));
  const count = wish.form === 'short' ? 1 : wish.lanes;
  const started = await Promise.allSettled(Array.from({ length: count }, () => startProofBroker(wish.say)));
  const brokers = started.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  try {
    for (const each of started) if (each.status === 'rejected') throw each.reason;
    const run = new Rounds(brokers, compiled, wish);
    await (wish.form === 'short' ? run.short() : run.rounds());
    return { form: wish.form, broker: brokers[0]?.version ?? '', ...run.found, ...run.steps() };
  } finally {
    await Promise.all(brokers.map((broker) => broker.stop()));
    await rm(compiled, { recursive: true, force: true, maxRetries: 5 });
  }
}
