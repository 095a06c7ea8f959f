import type { Answer, Terms } from './payment.ts';

/**
 * The payment provider, as this service needs it. Every call may be repeated with its key and is done once. Declines and
 * refusals are answers; when there is no answer it rejects with `unavailable`, and whether it was done is unknown.
 */
export interface PaymentProvider {
  authorise(key: string, order: Terms & { readonly orderId: string }, token: string): Promise<Answer>;
  capture(key: string, reference: string): Promise<Answer>;
  refund(key: string, reference: string): Promise<Answer>;
  settle(key: string, reference: string): Promise<Answer>;
  /** Voids what was authorised by that key, and bars what may still come with it. */
  void(key: string, authorisationKey: string): Promise<Answer>;
  /** What the call with this key was answered. */
  lookup(key: string): Promise<Answer>;
  /** Where the money of an authorisation is now, whoever moved it: its outcome, or `unknown`. */
  stateOf(reference: string): Promise<Answer>;
}
