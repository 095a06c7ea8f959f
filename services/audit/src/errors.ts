import { ServiceError } from '@order-events/runtime';

export class ForgedEventError extends ServiceError {
  constructor(eventId: string, digest: string) {
    super(
      'conflict',
      'event-differs',
      `event ${eventId} is known with another body than the one with SHA-256 ${digest}`,
    );
  }
}
