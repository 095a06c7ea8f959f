import { createServer } from 'node:net';

// Below those that systems give to outgoing connections: a port must still be free when its service comes back.
const first = 12_000;
const last = 32_000;
const ours = new Set<number>();

/** Loopback ports that stay ours over the restarts of those who listen on them: nobody here gets one of them again. */
export async function lastingPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = first + Math.floor(Math.random() * (last - first));
    if (ours.has(port)) continue;
    ours.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
