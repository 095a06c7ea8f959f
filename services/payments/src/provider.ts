import type { Answer, Terms } from './payment.ts';

/**
 * The payment provider, as this service needs it. Every call may be repeated with its key and is done once. Declines and
 * refusals are answers. Without a response a call rejects with `unavailable`: it may or may not be done.
 */
export interface PaymentProvider {
  authorise(key: string, order: Terms & { readonly orderId: string }, token: string): Promise<Answer>;
  capture(key: string, reference: string): Promise<Answer>;
  refund(key: string, reference: string): Promise<Answer>;
  settle(key: string, reference: string): Promise<Answer>;
  /** Voids the authorisation with that key, and bars a later authorise call with it. */
  void(key: string, authorisationKey: string): Promise<Answer>;
  /** The answer to the call with this key. */
  lookup(key: string): Promise<Answer>;
  /** The present state of an authorisation, also after changes by hand, or `unknown`. */
  stateOf(reference: string): Promise<Answer>;
}
