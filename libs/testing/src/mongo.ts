import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);
const standIn = resolve(import.meta.dirname, '../mongo-stand-in');
const cache = resolve(import.meta.dirname, '../../../node_modules/.cache/mongo-stand-in');

export interface TestMongo {
  /** Without a database: append `/<name>`. */
  readonly uri: string;
  readonly kind: 'MONGODB_URI' | 'Docker' | 'stand-in';
  close(): Promise<void>;
}

/**
 * A MongoDB for tests: the one MONGODB_URI names, else a container where a Docker engine answers, else a stand-in that
 * speaks the protocol where Java and Maven are installed; else the reason why there is none.
 */
export async function testMongo(): Promise<TestMongo | { readonly skipped: string }> {
  const { MONGODB_URI: uri } = process.env;
  if (uri) return { uri: uri.replace(/\/$/, ''), kind: 'MONGODB_URI', close: async () => undefined };
  const reasons: string[] = [];
  for (const start of [startContainer, startStandIn]) {
    try {
      return await start();
    } catch (error) {
      reasons.push(Error.isError(error) ? (error.message.split('\n')[0] ?? '') : String(error));
    }
  }
  return { skipped: `no MONGODB_URI; ${reasons.join('; ')}` };
}

async function startContainer(): Promise<TestMongo> {
  await needs('docker', ['info', '--format', '{{.ServerVersion}}'], 'no Docker engine answers');
  const { GenericContainer } = await import('testcontainers');
  const container = await new GenericContainer('mongo:8').withExposedPorts(27017).withStartupTimeout(120_000).start();
  const uri = `mongodb://${container.getHost()}:${container.getMappedPort(27017)}`;
  return { uri, kind: 'Docker', close: async () => void (await container.stop()) };
}

async function startStandIn(): Promise<TestMongo> {
  await needs('java', ['-version'], 'no java');
  await needs('mvn', ['-version'], 'no mvn');
  const java = spawn('java', ['-cp', join(await libraries(), '*'), join(standIn, 'Main.java')], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const port = await firstLine(java);
  return { uri: `mongodb://127.0.0.1:${port}`, kind: 'stand-in', close: () => end(java) };
}

/** Fetched once, and put in place whole: test runs may ask for them at the same time. */
async function libraries(): Promise<string> {
  const folder = join(cache, 'lib');
  if (statSync(folder, { throwIfNoEntry: false })) return folder;
  const fetched = join(cache, `lib-${process.pid}`);
  mkdirSync(cache, { recursive: true });
  const pom = join(standIn, 'pom.xml');
  await run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${fetched}`]);
  try {
    renameSync(fetched, folder);
  } catch {
    rmSync(fetched, { recursive: true, force: true }); // Somebody else was faster.
  }
  return folder;
}

async function firstLine(java: ChildProcess): Promise<string> {
  if (!java.stdout) throw new Error('the stand-in has no output');
  const lines = createInterface(java.stdout);
  const ended = once(java, 'exit').then(([code]) => {
    throw new Error(`the stand-in for MongoDB ended with ${code}`);
  });
  const [line] = await Promise.race([once(lines, 'line'), ended]);
  return String(line);
}

async function end(java: ChildProcess): Promise<void> {
  if (java.exitCode !== null) return;
  const exit = once(java, 'exit');
  java.stdin?.end();
  await exit;
}

async function needs(command: string, parameters: string[], otherwise: string): Promise<void> {
  try {
    await run(command, parameters, { timeout: 10_000 });
  } catch (error) {
    throw new Error(otherwise, { cause: error });
  }
}
