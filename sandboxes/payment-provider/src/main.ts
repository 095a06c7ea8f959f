import { runMain } from '@order-events/runtime';
import { sandboxConfig } from './config.ts';
import { createProviderSandbox } from './sandbox.ts';

runMain((env) => createProviderSandbox(sandboxConfig(env)));
