import { connect } from 'amqplib';
const c = await connect(process.env.TEST_BROKER_AMQP + '?');
const ch = await c.createConfirmChannel();
const q = 'try.dlq';
await ch.deleteQueue(q);
await ch.assertQueue(q, { durable: true, arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 1_000_000_000 } });
const N = 1000;
for (let i = 0; i < N; i++) ch.sendToQueue(q, Buffer.alloc(2000, String(i).padStart(8,'0')), { persistent: true, messageId: String(i) });
await ch.waitForConfirms();
async function look(limit: number, exclusive = true) {
  const k = await c.createChannel(); k.on('error', (e) => console.log('ERR', e.message));
  const { messageCount } = await k.checkQueue(q);
  const n = Math.min(messageCount, limit);
  await k.prefetch(n);
  const got: string[] = []; const t = performance.now();
  await new Promise<void>(async (res, rej) => { try {
    await k.consume(q, (m) => { if (!m) return; got.push(m.properties.messageId); if (got.length === n) res(); }, { exclusive });
  } catch (e) { rej(e); } });
  return { k, got, ms: performance.now() - t };
}
const a = await look(N);
console.log('first', a.got.length, a.ms);
try { const second = look(N); await Promise.race([second.then(()=>console.log('second consumer got in')), new Promise(r=>setTimeout(r,1000)).then(()=>console.log('second hangs'))]); } catch (e) { console.log('second refused', (e as Error).message); }
console.log('basic.get while held', (await ch.get(q)) === false);
const t0=performance.now(); await a.k.close(); console.log('close', performance.now()-t0);
const want = Array.from({length:N},(_, i)=>String(i)).join();
let bad = 0; let waits = 0; const t=performance.now();
for (let i = 0; i < 100; i++) {
  const limit = i % 3 === 0 ? 7 : N;
  let r; 
  const before = (await ch.checkQueue(q)).messageCount; if (before !== N) waits++;
  r = await look(limit);
  await r.k.close();
  if (r.got.join() !== want.split(',').slice(0, r.got.length).join() || (limit===N && r.got.length !== N)) { bad++; }
}
console.log('bad', bad, 'count not yet back', waits, performance.now()-t);
// ack 3 in the middle, return others
const r = await look(10); 
await c.close();
