/**
 * Where .env.example and docker-compose.yml disagree, and what to write. Both are texts. A variable with a default needs a line with it, a secret
 * (`:?`) needs its name in the list of secrets.
 */
export function envExampleProblems(example: string, compose: string): string[] {
  const variables = [...compose.matchAll(/\$\{([A-Z_]+):([?-])([^}]*)\}/g)].map(([, name = '', kind, rest = '']) => ({
    name,
    isSecret: kind === '?',
    rest,
  }));
  const problems = variables.flatMap(({ name, isSecret, rest }) => {
    if (isSecret) return example.includes(name) ? [] : [`name ${name} in the list of secrets`];
    return new RegExp(`^#?${name}=`, 'm').test(example) ? [] : [`add the line #${name}=${rest} with a comment`];
  });
  const unused = [...example.matchAll(/^#?([A-Z_]+)=/gm)]
    .map(([, name = '']) => name)
    .filter((name) => !new RegExp(`\\b${name}\\b`).test(compose))
    .map((name) => `take ${name} out: docker-compose.yml does not use it`);
  return [...new Set([...problems, ...unused])].map((problem) => `.env.example: ${problem}`);
}
