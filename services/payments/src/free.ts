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

/** For an order that costs nothing no provider is asked and no token is needed: whatever is ripe is done. */
export function answerFree({ orderId, stage, call }: Payment & { readonly call: Call }): Answer {
  if (call.kind === 'void' && stage === 'waiting') return { outcome: 'barred' };
  return { outcome: done[call.kind], reference: `free.${orderId}` };
}
