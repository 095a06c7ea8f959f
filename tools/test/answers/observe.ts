import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { afterAll, afterEach } from '@jest/globals';
import { differenceOf } from './compare.ts';
import { type Answer, answerName, type Description, operationOf } from './description.ts';

// Runs in every test file, beside the product: Node tells of each request that any server of this process takes.
const channel = 'http.server.request.start';
const answers: { answer: Answer; description: Description }[] = [];

interface Layer {
  readonly handle: { readonly description?: Description };
}
type ExpressRequest = IncomingMessage & {
  readonly originalUrl?: string;
  readonly app?: { readonly router: { readonly stack: readonly Layer[] } };
};

function observe(message: unknown): void {
  const { request, response } = message as { request: ExpressRequest; response: ServerResponse };
  const { end } = response;
  // Express and problem documents send a whole body at once.
  response.end = (...args: unknown[]) => {
    keep(request, response, args[0]);
    return Reflect.apply(end, response, args);
  };
}

function keep(request: ExpressRequest, response: ServerResponse, body: unknown): void {
  const description = request.app?.router.stack.find(({ handle }) => handle.description)?.handle.description;
  if (!description) return;
  const answer = {
    method: request.method ?? '',
    url: request.originalUrl ?? request.url ?? '',
    status: response.statusCode,
    contentType: String(response.getHeader('content-type') ?? ''),
    body: typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : '',
  };
  answers.push({ answer, description });
}

async function compareAll(): Promise<void> {
  const kept = answers.splice(0);
  if (kept.length === 0) return;
  const { compile } = await import('@order-events/contracts');
  record(kept);
  const differences = kept.flatMap(({ answer, description }) => differenceOf(answer, description, compile) ?? []);
  if (differences.length > 0) throw new Error(`answers differ from their descriptions:\n${differences.join('\n')}`);
}

/** For the end of the run, which tells what no test has received. */
function record(kept: readonly { answer: Answer; description: Description }[]): void {
  const file = process.env.TEST_ANSWERS;
  const names = kept.flatMap(({ answer, description }) => {
    const found = operationOf(description, answer);
    return found ? answerName(description.info.title, found.name, answer.status) : [];
  });
  if (file && names.length > 0) appendFileSync(file, `${[...new Set(names)].join('\n')}\n`);
}

subscribe(channel, observe);
afterEach(compareAll);
afterAll(async () => {
  unsubscribe(channel, observe);
  await compareAll();
});
