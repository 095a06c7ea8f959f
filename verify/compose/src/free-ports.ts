import { createServer } from 'node:net';

/** Ports of the loopback address that nobody listens on just now; all are held until all are known, so they differ. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  return await Promise.all(
    servers.map(async (server) => {
      await new Promise((resolve, reject) => server.once('listening', resolve).once('error', reject));
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('not a port');
      return address.port;
    }),
  ).finally(() => Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve)))));
}
