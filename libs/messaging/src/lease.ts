/** The right to acknowledge one message. It ends with the channel on which the message came. */
export interface Lease {
  /** Aborted when that channel is gone: the broker hands the message out again. */
  readonly ended: AbortSignal;
  /** Aborted when the consumer stops: nothing is waited for any more. */
  readonly closing: AbortSignal;
  ack(): void;
  /** Gives the message back to its queue. */
  giveBack(): void;
  /**
   * Pauses the queue, with this message as the trial message. Answers with the function that lets messages flow again;
   * with undefined when another message is the trial message, or the lease has ended.
   */
  pause(reason: string): (() => void) | undefined;
}
