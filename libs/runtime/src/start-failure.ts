import { kindOf } from './errors.ts';
import { maskText } from './mask.ts';

/**
 * What to tell someone whose service can't start because of its surroundings: one line, or a block for several
 * settings. Undefined for anything unexpected, which deserves its stack.
 */
export function explainStartFailure(error: unknown): string | undefined {
  for (const each of chain(error)) {
    const explanation = explain(each);
    if (explanation) return maskText(explanation);
  }
  return undefined;
}

interface Failure {
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly path?: unknown;
  readonly port?: unknown;
  readonly address?: unknown;
  readonly faults?: unknown;
  readonly message?: unknown;
}

function explain(error: Failure): string | undefined {
  const { code, syscall, path, port, address, faults } = error;
  if (Array.isArray(faults))
    return ['settings are missing or wrong:', ...faults.map((fault) => `  ${fault}`)].join('\n');
  if (code === 'EADDRINUSE') return `port ${port} is taken by another program: stop it, or set PORT`;
  if (syscall === 'listen')
    return `listening on ${address ?? 'this address'} port ${port} is not possible (${code}): set HOST and PORT`;
  if (path !== undefined)
    return `${path} can’t be written (${code}): check the folder and its rights, or set STORE_URL`;
  if (kindOf(error) === 'unavailable') return String(error.message);
  if (unreachable.has(code))
    return `nothing answers at ${address ?? 'the given address'}${port ? `:${port}` : ''} (${code})`;
  return undefined;
}

const unreachable = new Set<unknown>(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'EAI_AGAIN']);

function* chain(error: unknown): Generator<Failure> {
  const seen = new Set<unknown>();
  for (let each = error; typeof each === 'object' && each !== null && !seen.has(each); each = (each as Error).cause) {
    seen.add(each);
    yield each;
  }
}
