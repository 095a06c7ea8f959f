import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../setup/run-program.mjs';

const help = `npm test — all tests; those that need RabbitMQ get one, found or started for the run

  npm test                          everything
  npm test -- libs/store            the test files whose path contains libs/store
  npm test -- -t 'out of stock'     the tests whose name contains it
  npm test -- --help                this page

The suffix of a file tells what it costs: .test.ts values only, .int.test.ts one part with the real broker and store,
.e2e.test.ts the whole system. A type error fails a run of everything, or of whole folders. All other options are Jest's. RABBITMQ_URL
(and RABBITMQ_MANAGEMENT_URL) use a broker of yours; TEST_RABBITMQ=4 runs on RabbitMQ 4 (as root on Debian or Ubuntu). The last line is: N passed, N failed, N skipped.`;

const jest = join(import.meta.dirname, '..', '..', 'node_modules', 'jest', 'bin', 'jest.js');
const args = process.argv.slice(2);

if (args.includes('--help') || args.includes('-h')) {
  console.log(help);
} else {
  // Where every test file notes the answers that it received.
  process.env.TEST_ANSWERS = join(tmpdir(), `order-events-answers-${process.pid}`);
  // Jest loads ES modules only with the first flag. In CI a failed test that left something open must not keep the run from ending.
  const last = process.env.CI ? ['--forceExit'] : [];
  await runProgram(process.execPath, [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    ...last,
    ...args,
  ]);
}
