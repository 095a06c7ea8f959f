/** Prints fresh secrets as lines for .env: npx node tools/compose/new-secrets.ts >> .env */
import { envFile, newSecrets } from './secrets.ts';

process.stdout.write(envFile({ ...newSecrets() }));
