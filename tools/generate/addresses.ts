import { type ServiceEntry, serviceEntries } from '@order-events/contracts';

/** Each address of `npm start` where the ports are free, and what answers there: from the services' values. */
export function addresses(): string {
  const rows = serviceEntries.flatMap(rowsOf).sort(([one = ''], [other = '']) => one.localeCompare(other));
  return ['| address | service | answers |', '|---|---|---|', ...rows.map((cells) => `| ${cells.join(' | ')} |`)].join(
    '\n',
  );
}

/** Paths that the gateway passes on, and who answers there. */
export function routes(): string {
  const rows = serviceEntries.flatMap(({ name, publicPaths, livePaths = [] }) => {
    const paths = [...publicPaths, ...livePaths];
    return paths.length > 0 ? [`| ${paths.map(code).join(', ')} | ${name} |`] : [];
  });
  return ['| path | service |', '|---|---|', ...rows].join('\n');
}

function rowsOf({ name, port, operationsPort, publicPaths, sandbox }: ServiceEntry): string[][] {
  const operations = '`/livez`, `/readyz`, `/metrics`';
  if (sandbox) return [[address(port), name, 'the payment provider to develop against']];
  if (operationsPort === undefined) return [[address(port), name, [...publicPaths.map(code), operations].join(', ')]];
  return [
    [address(port), name, 'every public path of the services'],
    [address(operationsPort), name, operations],
  ];
}

const address = (port: number) => `http://localhost:${port}`;
const code = (path: string) => `\`${path}\``;
