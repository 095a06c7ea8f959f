import type { Evidence } from './evidence.ts';
import { allOf, exactlyOnce, type Verdict } from './verdict.ts';

/** What documents said, by their own count, is what audit heard: every number once. */
export function checkSequences({ orders, payments, reservations, products, mails, events }: Evidence): Verdict {
  const sources = { orders, payments, inventory: [...reservations, ...products], email: mails };
  return allOf(
    Object.entries(sources).map(([service, documents]) => {
      const said = documents.flatMap(({ id, version }) =>
        Array.from({ length: version }, (_, before) => `${id} ${before + 1}`),
      );
      const heard = events
        .filter(({ source }) => source === `/services/${service}`)
        .map(({ subject, sequence }) => `${subject} ${sequence}`);
      return exactlyOnce(`events of ${service} in audit`, said, heard);
    }),
  );
}
