/** What a test token does. Codes are the provider's reasons. */
export interface Behaviour {
  readonly declined?: string;
  readonly captureRefused?: string;
  readonly refundRefused?: string;
  /** The authorise is done at once and answered late. */
  readonly slow?: true;
  /** So many authorises fail with 503, nothing done. */
  readonly failures?: number;
}

const behaviours: Readonly<Record<string, Behaviour>> = {
  tok_ok: {},
  tok_declined: { declined: 'card-declined' },
  tok_capture_fails: { captureRefused: 'capture-refused' },
  tok_refund_fails: { refundRefused: 'refund-refused' },
  tok_slow: { slow: true },
  tok_flaky: { failures: 2 },
};

export function behaviourOf(token: string): Behaviour | undefined {
  return Object.hasOwn(behaviours, token) ? behaviours[token] : undefined;
}
