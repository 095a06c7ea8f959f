import { ServiceError } from '@order-events/runtime';

/** Names no id: the caller may be another person. */
export class CustomerNotFoundError extends ServiceError {
  constructor() {
    super('not-found', 'customer-unknown', 'there is no profile yet: create it with PUT /api/v1/customers/me');
  }
}
