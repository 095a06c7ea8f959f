import { minorUnitDigits } from '@order-events/contracts';
import type { Story } from './demo.ts';

interface Ready {
  readonly urls: Readonly<Record<string, string>>;
  readonly management?: string | undefined;
  readonly tokens: { readonly customer: string; readonly admin: string };
}

/** What `npm start` shows. Each step has the seconds since the start in front. */
export function createScreen(write: (text: string) => void = (text) => process.stdout.write(text)) {
  const started = performance.now();
  const say = (line: string) => write(`${line}\n`);
  const step = (line: string) => say(`${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s  ${line}`);

  return {
    say,
    step,
    story({ title, order, expected, broken, timeline }: Story) {
      const digits = minorUnitDigits(order.currency) ?? 0;
      const total = `${(order.totalAmount / 10 ** digits).toFixed(digits)} ${order.currency}`;
      say(
        `\n  ${broken.length === 0 ? '✔' : '✘'} ${title}: #${order.orderNumber}, ${total} → ${order.statusLabel} (${expected})`,
      );
      for (const line of timeline) say(`      ${line}`);
      for (const promise of broken) say(`      ✘ ${promise}`);
    },
    verdict(kept: boolean) {
      say('');
      step(kept ? 'every promise held' : 'a promise did not hold, see ✘ above');
    },
    ready({ urls, management, tokens }: Ready) {
      const { gateway, ...services } = urls;
      say(`\n  gateway      ${gateway}`);
      if (management) say(`  RabbitMQ     ${management}`);
      say(
        `  services     ${Object.entries(services)
          .map(([name, url]) => `${name} ${url}`)
          .join('\n               ')}`,
      );
      say(`\n  customer ada ${tokens.customer}\n  admin        ${tokens.admin}`);
      say(`\n  Place an order:\n\n${orderByCurl(gateway ?? '', tokens.customer)}\n`);
      say(`  then, with the id it answers, see its history and its mail:\n\n${lookByCurl(gateway ?? '', tokens)}\n`);
      say('  Ctrl-C stops everything.');
    },
    fail: (message: string) => void process.stderr.write(`\n${message}\n`),
  };
}

export type Screen = ReturnType<typeof createScreen>;

export function orderByCurl(gateway: string, token: string): string {
  const body = {
    items: [{ productId: 'pen', quantity: 1 }],
    paymentMethod: 'card',
    paymentToken: 'tok_ok',
    shippingAddress: {
      name: 'Ada Lovelace',
      line1: '12 St James Square',
      city: 'London',
      postalCode: 'SW1Y 4JH',
      country: 'GB',
    },
  };
  return [
    `curl -s ${gateway}/api/v1/orders \\`,
    `  -H 'Authorization: Bearer ${token}' \\`,
    `  -H "Idempotency-Key: $(date +%s%N)" -H 'Content-Type: application/json' \\`,
    `  -d '${JSON.stringify(body)}'`,
  ].join('\n');
}

function lookByCurl(gateway: string, tokens: Ready['tokens']): string {
  return [
    `curl -s ${gateway}/api/v1/orders/ID/events -H 'Authorization: Bearer ${tokens.customer}'`,
    `curl -s '${gateway}/api/v1/emails?orderId=ID' -H 'Authorization: Bearer ${tokens.admin}'`,
  ].join('\n');
}
