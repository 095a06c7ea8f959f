import { type CommandOptions, run, succeeds } from './run-command.ts';

/** A Docker engine that answers, and how to reach it. */
export interface Engine {
  /** The environment in which `docker` finds this engine and its Compose plugin. */
  readonly env: NodeJS.ProcessEnv;
  /** True for an engine that this run brought: images under well-known names may be stand-ins there, never elsewhere. */
  readonly own: boolean;
  docker(args: readonly string[], options?: CommandOptions): Promise<string>;
  /** Ends an own engine and waits until it has; leaves any other alone. */
  stop(): Promise<void>;
}

export function engineAt(env: NodeJS.ProcessEnv, own: boolean, stop: () => Promise<void>): Engine {
  return {
    env,
    own,
    stop,
    docker: (args, options = {}) => run('docker', args, { ...options, env: { ...env, ...options.env } }),
  };
}

/** The engine that `docker` reaches as it is set up here, if one answers and has Compose v2. */
export async function presentEngine(): Promise<Engine | undefined> {
  const env = { ...process.env, DOCKER_BUILDKIT: '1' };
  const answers = (await engineAnswers(env)) && (await composeWorks(env));
  return answers ? engineAt(env, false, async () => {}) : undefined;
}

export function engineAnswers(env: NodeJS.ProcessEnv): Promise<boolean> {
  return succeeds('docker', ['version', '--format', '{{.Server.Version}}'], { env, timeout: 10_000 });
}

export function composeWorks(env: NodeJS.ProcessEnv): Promise<boolean> {
  return succeeds('docker', ['compose', 'version'], { env, timeout: 10_000 });
}
