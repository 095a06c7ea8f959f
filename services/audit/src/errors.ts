import { ServiceError } from '@order-events/runtime';

export class ForgedEventError extends ServiceError {
  constructor(eventId: string, digest: string) {
    super(
      'conflict',
      'event-differs',
      `event ${eventId} is stored with another body than this one, whose SHA-256 is ${digest}`,
    );
  }
}
