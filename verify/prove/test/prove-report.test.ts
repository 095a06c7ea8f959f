import { expect, test } from '@jest/globals';
import { inLanes } from '../src/lanes.ts';
import { type PlantedFault, plantedFaults } from '../src/planted.ts';
import { holds, killedEnough, type Proof } from '../src/proof.ts';
import { reportOf } from '../src/report.ts';
import type { Outcome } from '../src/run-scenario.ts';

const [fault] = plantedFaults as [PlantedFault, ...PlantedFault[]];
const fine = { lost: [], doubled: [], wrong: [] };

function anOutcome(counts: Partial<Outcome['counts']> = {}, verdict: Outcome['verdict'] = fine): Outcome {
  const none = { accepted: 0, repeatedRequests: 0, events: 0, published: 0, done: 0, dead: 0, inFlight: 0 };
  const others = { handled: 0, duplicates: 0, mails: 0, mailsRepeated: 0, told: 0, kills: 0, brokerKills: 0 };
  return {
    scenario: 'storm',
    what: 'all goes wrong',
    seed: 7,
    seconds: 60,
    done: 'much',
    counts: { ...none, ...others, ...counts },
    verdict,
    journal: { passes: new Map(), handled: new Map() },
    crashes: [],
    growth: { resident: 0, held: 0 },
  };
}

function aProof(changed: Partial<Proof> = {}): Proof {
  const planted = [{ fault, tries: 1, caughtBy: 'mails: none for 01a21520-e1a3-7ec6-9f7e-89ff4c67c6e1' }];
  const points = [{ service: 'orders', step: 'order.placed' }];
  return {
    form: 'long',
    broker: 'RabbitMQ 3.10.8',
    outcomes: [anOutcome()],
    brokenOff: [],
    planted,
    points,
    missed: [],
    ...changed,
  };
}

const report = (proof: Proof) => reportOf(proof, { seed: 7, began: 0, ended: 3_000_000 });

test('a run holds when nothing was found, nothing broken off, and every planted fault found out', () => {
  expect(holds(aProof())).toBe(true);
  expect(holds(aProof({ outcomes: [anOutcome({}, { ...fine, wrong: ['x'] })] }))).toBe(false);
  expect(holds(aProof({ brokenOff: [{ scenario: 'calm', seed: 1, reason: 'no' }] }))).toBe(false);
  expect(holds(aProof({ planted: [{ fault, tries: 3 }] }))).toBe(false);
});

test('enough is killed when services and broker were both killed as often as was promised', () => {
  expect(
    killedEnough({ outcomes: [anOutcome({ kills: 999, brokerKills: 99 }), anOutcome({ kills: 1, brokerKills: 1 })] }),
  ).toBe(true);
  expect(killedEnough({ outcomes: [anOutcome({ kills: 5_000, brokerKills: 99 })] })).toBe(false);
  expect(killedEnough({ outcomes: [anOutcome({ kills: 999, brokerKills: 500 })] })).toBe(false);
});

test('the report tells the counts of all scenarios together, and says plainly when a promise was broken', () => {
  const counts = { accepted: 1_200, kills: 600, brokerKills: 55, mailsRepeated: 2 };
  const good = report(aProof({ outcomes: [anOutcome(counts), anOutcome(counts)] }));
  expect(good).toContain('**Nothing was lost and nothing happened twice.**');
  expect(good).toContain('| orders accepted, each of which ended as it must | 2,400 |');
  expect(good).toContain('| times that a service was killed (kill -9) | 1,200 |');
  expect(good).toContain('| times that RabbitMQ was killed (kill -9) | 110 |');
  expect(good).toContain('| mails delivered again under the same Message-ID | 4 |');
  expect(good).toContain('| mails: none for … |');
  const bad = report(
    aProof({
      outcomes: [anOutcome({}, { ...fine, lost: ['orders: none for o-3'] })],
      brokenOff: [{ scenario: 'calm', seed: 9, reason: 'no broker' }],
      planted: [{ fault, tries: 3 }],
      missed: [{ service: 'audit', step: 'hop.confirmed' }],
    }),
  );
  expect(bad).toContain('**NOT as promised: see below.**');
  expect(bad).toContain('- **storm**, seed 7: orders: none for o-3');
  expect(bad).toContain('- **calm**, seed 9: no broker');
  expect(bad).toContain('**not found**');
  expect(bad).toContain('Not passed in time in any round: audit hop.confirmed.');
});

test('work is done in so many lanes, each job by the first lane that is free', async () => {
  const done: string[] = [];
  const first = Promise.withResolvers<void>();
  await inLanes(
    ['a', 'b'],
    [
      (lane) => first.promise.then(() => void done.push(`1 ${lane}`)),
      async (lane) => void done.push(`2 ${lane}`),
      async (lane) => {
        done.push(`3 ${lane}`);
        first.resolve();
      },
    ],
  );
  expect(done).toEqual(['2 b', '3 b', '1 a']);
});
