import type { Answer, Call, Payment } from './payment.ts';

const done = {
  authorise: 'authorised',
  capture: 'captured',
  void: 'voided',
  refund: 'refunded',
  settle: 'settled',
} as const;

export function isFree({ terms }: Payment): boolean {
  return terms?.amount === 0;
}

/** An order that costs nothing needs no provider and no token: this is the response to its calls. */
export function answerFree({ orderId, stage, call }: Payment & { readonly call: Call }): Answer {
  if (call.kind === 'void' && stage === 'waiting') return { outcome: 'barred' };
  return { outcome: done[call.kind], reference: `free.${orderId}` };
}
