const { default: Sequencer } = require('@jest/test-sequencer');

/** What a file costs, told by the end of its name: the costliest first. */
const ends = ['/prove.e2e.test.ts', '.e2e.test.ts', '.int.test.ts', '.test.ts'];

/** @param {{ readonly path: string }} test */
const rankOf = ({ path }) => ends.findIndex((end) => path.endsWith(end));

/** Starts with the longest: a machine that has never run them knows no times, and the longest alone at the end makes the run longer. */
module.exports = class LongestFirst extends Sequencer {
  /**
   * @override
   * @param {import('@jest/test-result').Test[]} tests
   */
  async sort(tests) {
    const sorted = await super.sort(tests);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
};
