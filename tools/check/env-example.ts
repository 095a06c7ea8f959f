/**
 * Where .env.example and docker-compose.yml disagree, and what to write. Both are texts. A variable needs a line, with its default where it has one;
 * a secret (`:?`) needs its name in the list of secrets.
 */
export function envExampleProblems(example: string, compose: string): string[] {
  const variables = compose.matchAll(/\$\{(\w+)(?::?([?-])([^}]*))?\}/g);
  const problems = [...variables].flatMap(([, name = '', kind, rest = '']) => {
    if (kind === '?') return hasWord(example, name) ? [] : [`name ${name} in the list of secrets`];
    const line = `${name}=${rest}`;
    const found = new RegExp(`^#?${RegExp.escape(line)}${kind ? '$' : ''}`, 'm').test(example);
    return found ? [] : [`add the line #${line} with a comment`];
  });
  const unused = [...example.matchAll(/^#?([A-Z_]+)=/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !hasWord(compose, name))
    .map((name) => `take ${name} out: docker-compose.yml does not use it`);
  return [...new Set([...problems, ...unused])].map((problem) => `.env.example: ${problem}`);
}

/** RABBITMQ_PASSWORD is not in ORDERS_RABBITMQ_PASSWORD. */
const hasWord = (text: string, name: string) => new RegExp(`\\b${name}\\b`).test(text);
