import { createServer } from 'node:net';

// Below those that systems give to outgoing connections: a port must still be free when its service comes back.
const first = 12_000;
const last = 32_000;

/** Loopback ports that stay ours over the restarts of those who listen on them. */
export async function lastingPorts(count: number, random: () => number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const port = first + Math.floor(random() * (last - first));
    if (!ports.includes(port) && (await isFree(port))) ports.push(port);
  }
  return ports;
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
