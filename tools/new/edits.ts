import { renamed, type ServiceName } from './service-name.ts';

/** What becomes of a file's text for a new service. Throws when the text isn't as it is expected. */
type Edit = (text: string, service: NewService) => string;

export interface NewService extends ServiceName {
  readonly port: number;
  /** Its lines in docker-compose.yml. */
  readonly container: string;
}

/** Files that name every service, and how each names the new one. */
export const edits: Readonly<Record<string, Edit>> = {
  'libs/contracts/src/services.ts': (text, service) => {
    const [entry] = found(text, /^ {2}gifts: \{\n.*?^ {2}\},\n/ms);
    const own = renamed(entry, service)
      .replace(/^ {4}(example|folder): .*\n/gm, '')
      .replace(/port: \d+/, `port: ${service.port}`);
    return text.replace(entry, () => own + entry);
  },
  'libs/contracts/src/catalogue.ts': (text, service) => {
    const [list] = found(text, /export const contracts: .*? = \[\n.*?\n\];/s);
    return repeated(
      text.replace(list, list.replace('\n];', `\n  ...${service.one}Events,\n];`)),
      /^import .*giftEvents.*\n/m,
      service,
    );
  },
  'libs/contracts/src/consumers.ts': (text, service) => {
    const [list] = found(text, /forTheRecord: .*? = \[[^\]]*/s);
    const own = `import { ${service.one}Granted } from './${service.name}.ts';\n`;
    return own + text.replace(list, () => `${list}, ${service.one}Granted`);
  },
  'libs/contracts/src/index.ts': (text, service) => repeated(text, /^export .*giftGranted.*\n/m, service),
  'docker-compose.yml': (text, { name, port, container }) => {
    const upper = name.toUpperCase();
    return [
      before(/^ {2}PAYMENT_PROVIDER_URL:/m, `  ${upper}_SERVICE_URL: http://${name}:${port}\n`),
      before(
        /^ {6}MONITOR_RABBITMQ_PASSWORD:/m,
        `      ${passwordOf(upper)}: \${${passwordOf(upper)}:?set it in .env}\n`,
      ),
      before(/^ {2}sandbox:\n/m, `${container}\n\n`),
    ].reduce((edited, edit) => edit(edited), text);
  },
  '.env.example': (text, { name }) => before(/MONITOR_RABBITMQ_PASSWORD/, `${passwordOf(name.toUpperCase())}, `)(text),
};

const passwordOf = (user: string) => `${user}_RABBITMQ_PASSWORD`;

/** The line of the example, and one like it for the new service. */
function repeated(text: string, line: RegExp, service: ServiceName): string {
  const [own] = found(text, line);
  return text.replace(own, () => own + renamed(own, service));
}

function before(place: RegExp, content: string): (text: string) => string {
  return (text) => {
    const { index } = found(text, place);
    return text.slice(0, index) + content + text.slice(index);
  };
}

function found(text: string, pattern: RegExp): RegExpExecArray {
  const match = pattern.exec(text);
  if (!match) throw new Error(`nothing looks like ${pattern}: npm run new has to learn how this file looks now`);
  return match;
}
