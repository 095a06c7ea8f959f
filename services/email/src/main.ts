import { runMain } from '@order-events/runtime';
import { emailConfig } from './config.ts';
import { createEmail } from './service.ts';

runMain((env) => createEmail(emailConfig(env)));
