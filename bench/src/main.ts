import { parseArgs } from 'node:util';
import { measureSystem } from './system.ts';

const help = `npm run bench — figures of the whole system in its one process, with a private broker

  npm run bench                     200 orders, one at a time
  npm run bench -- --orders 50      fewer
  npm run bench -- --help           this page

Measured: from the start to the first confirmed order; memory and processor while idle; from POST to Confirmed as its owner
hears it over the socket. Figures of a shared machine are noisy: look at the spread, compare runs of one day only.`;

const { values } = parseArgs({
  options: { orders: { type: 'string', default: '200' }, help: { type: 'boolean', short: 'h' } },
});
const orders = Number(values.orders);

if (values.help) {
  console.log(help);
} else if (!Number.isSafeInteger(orders) || orders < 1 || orders > 10_000) {
  console.error('--orders is a whole number from 1 to 10000');
  process.exitCode = 1;
} else {
  for (const [name, figure] of await measureSystem({ orders, say: console.error }))
    console.log(`${name.padEnd(46)} ${figure}`);
}
