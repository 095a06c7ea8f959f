import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The services that orders calls over HTTP, played by one server. */
export interface Neighbours {
  readonly url: string;
  /** Inventory's responses to `GET /api/v1/products/:id`. */
  readonly products: Map<string, object>;
  /** Audit's responses for the events of an order, by order. */
  readonly histories: Map<string, object>;
  /** Every request: its path and its Authorization header. */
  readonly requests: { path: string; authorization: string | undefined }[];
  /** While true, every response is 500. */
  broken: boolean;
  /** No response is sent before it resolves. */
  gate: Promise<void>;
  close(): Promise<void>;
}

export async function startNeighbours(): Promise<Neighbours> {
  const products = new Map<string, object>();
  const histories = new Map<string, object>();
  const requests: Neighbours['requests'] = [];
  const server = createServer(async (req, res) => {
    const { pathname: path } = new URL(req.url ?? '', 'http://neighbour');
    requests.push({ path: req.url ?? '', authorization: req.headers.authorization });
    await neighbours.gate;
    if (neighbours.broken) return void answer(res, 500, {});
    const id = decodeURIComponent(path.split('/').at(path.endsWith('/events') ? -2 : -1) ?? '');
    const found = (path.startsWith('/internal/') ? histories : products).get(id);
    answer(res, found ? 200 : 404, found ?? { code: 'unknown' });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const neighbours: Neighbours = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    products,
    histories,
    requests,
    broken: false,
    gate: Promise.resolve(),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return neighbours;
}

function answer(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

export function aProduct(id: string, changes: object = {}): object {
  const stock = { available: 10, reserved: 0, sold: 0, lowStockAt: 2, availability: 'in-stock', popularity: 0 };
  return { id, name: `The ${id}`, price: 1_250, currency: 'EUR', ...stock, version: 1, ...changes };
}
