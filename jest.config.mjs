import manifest from './package.json' with { type: 'json' };

const workspaces = `<rootDir>/{${manifest.workspaces.join()}}`;

const common = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2024' }, module: { type: 'es6' } },
    ],
  },
  setupFilesAfterEnv: ['<rootDir>/tools/test/answers/observe.ts'],
  modulePathIgnorePatterns: ['<rootDir>/data/', '<rootDir>/.nx/'],
};

/**
 * Two kinds of tests, told by their names: values only, and those that need a broker, which is started for them alone.
 *
 * @type {import('jest').Config}
 */
export default {
  projects: [
    { ...common, testMatch: [`${workspaces}/**/!(*.int|*.e2e).test.ts`] },
    {
      ...common,
      testMatch: [`${workspaces}/**/*.{int,e2e}.test.ts`],
      globalSetup: '<rootDir>/tools/test/global-setup.ts',
      globalTeardown: '<rootDir>/tools/test/global-teardown.ts',
    },
  ],
  testSequencer: '<rootDir>/tools/test/sequencer.cjs',
  reporters: [
    'default',
    '<rootDir>/tools/test/types-reporter.ts',
    '<rootDir>/tools/test/answers/reporter.ts',
    '<rootDir>/tools/test/tally.ts',
  ],
  testTimeout: 20_000,
  maxWorkers: 2,
  watchman: false,
};
