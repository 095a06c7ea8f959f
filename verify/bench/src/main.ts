import { availableParallelism } from 'node:os';
import { findBroker } from '@order-events/tools/broker';
import { readOptions, runCommand, UsageError, whole } from '@order-events/tools/command-line';
import { measureBacklog } from './backlog.ts';
import { measureDurable } from './durable.ts';
import { measureMessaging } from './messaging.ts';
import { measureOrderServices } from './orders.ts';
import { measureStock } from './stock.ts';
import { measureSystem } from './system.ts';

const help = `npm run bench — measured side by side, in one run, on a private broker

  npm run bench                          all of it
  npm run bench -- system                the whole system: start, idle, an order from POST to Confirmed
  npm run bench -- messaging             publish, consume and latency: raw amqplib, naive, good practice by hand, ours
  npm run bench -- durable               outbox and inbox against neither; the relay; commits
  npm run bench -- orders                whole orders with five services: naive, good practice by hand, ours
  npm run bench -- backlog               a long queue drained: rate and memory
  npm run bench -- stock                 an order of a product with 600, 5,000 and 20,000 open orders
  npm run bench -- --messages 5000       messages of one run of one arm (default 10000)
  npm run bench -- --rounds 3            rounds, each arm once in each (default 5)
  npm run bench -- --orders 50           orders placed one at a time (default 200)
  npm run bench -- --backlog 20000       messages in the long queue (default 100000)
  npm run bench -- --help                this page

Rates are medians; ratios are of rounds that ran side by side: median (least–greatest). Absolute figures hold for one machine and one hour.`;

const most = { min: 1, max: 1_000_000 };
const parts = ['system', 'messaging', 'durable', 'orders', 'backlog', 'stock'];

await runCommand(main);

async function main(): Promise<number> {
  const { values, positionals } = readOptions('npm run bench', {
    allowPositionals: true,
    options: {
      messages: { type: 'string', default: '10000' },
      rounds: { type: 'string', default: '5' },
      orders: { type: 'string', default: '200' },
      backlog: { type: 'string', default: '100000' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help) {
    console.log(help);
    return 0;
  }
  const unknown = positionals.find((part) => !parts.includes(part));
  if (unknown) throw new UsageError(`there is no part ${unknown}: choose from ${parts.join(', ')}`);
  const chosen = positionals.length > 0 ? positionals : parts;
  const [messages, rounds, orders, backlog] = [
    whole('messages', values.messages, most),
    whole('rounds', values.rounds, most),
    whole('orders', values.orders, most),
    whole('backlog', values.backlog, most),
  ];
  console.log(`${availableParallelism()} cores, Node ${process.version}`);
  if (chosen.includes('system')) await measureSystem({ orders, say: console.error });
  if (chosen.includes('stock')) await measureStock();
  if (chosen.every((part) => part === 'system' || part === 'stock')) return 0;
  const broker = await findBroker({ purpose: 'test', say: console.error });
  try {
    const url = broker.amqpUrl;
    if (chosen.includes('messaging')) await measureMessaging({ url, rounds, messages, say: console.error });
    if (chosen.includes('durable')) await measureDurable({ url, rounds, messages });
    if (chosen.includes('orders')) {
      const brokerPid = broker.faults?.pid();
      await measureOrderServices({ url, rounds, orders: Math.ceil(messages / 5), brokerPid, say: console.error });
    }
    if (chosen.includes('backlog')) await measureBacklog({ url, messages: backlog, say: console.error });
  } finally {
    await broker.stop();
  }
  return 0;
}
