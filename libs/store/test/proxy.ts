import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A line to a server that can be cut, or go dead while it stays open. */
export async function proxyTo(host: string, port: number) {
  const sockets = new Set<Socket>();
  const sent: Buffer[] = [];
  let dead = false;
  const server = createServer((near) => {
    const far = connect(port, host);
    for (const [from, to] of [[near, far] as const, [far, near] as const]) {
      sockets.add(from);
      from.on('data', (bytes: Buffer) => {
        if (from === near) sent.push(bytes);
        if (!dead) to.write(bytes);
      });
      from.on('error', () => undefined);
      from.on('close', () => to.destroy());
    }
  });
  const listen = async (at: number) => {
    server.listen(at, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const own = await listen(0);
  const cut = async () => {
    server.close();
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  return {
    port: own,
    sent: () => Buffer.concat(sent),
    cut,
    mend: () => listen(own),
    /** Nothing gets through any more, and nobody is told. */
    die: () => {
      dead = true;
    },
  };
}
