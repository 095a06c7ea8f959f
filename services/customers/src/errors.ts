import { ServiceError } from '@order-events/runtime';

/** Says no id: it may be somebody else who asks. */
export class CustomerNotFoundError extends ServiceError {
  constructor() {
    super('not-found', 'customer-unknown', 'there is no profile yet');
  }
}
