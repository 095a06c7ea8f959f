import { getStatusLabel, type Order, Status } from './order.ts';

export const exampleOrderId = '6d0cfb2e-5a0e-5b6c-9a8e-0f1d2c3b4a59';

const sealed = `sealed:v1:${exampleOrderId}:3q2+7wAAAAAAAAAAc2VhbGVkLWFkZHJlc3MtYnl0ZXMAAAA=`;

export function exampleOrder(changes: Partial<Order> = {}): Order {
  const status = changes.status ?? Status.Pending;
  const cancellation = { code: 'customer-cancelled', reason: sealed, by: 'user' } as const;
  return {
    id: exampleOrderId,
    orderNumber: '7N3W8K2QX4TB',
    userId: 'ada',
    items: [
      { productId: 'lamp', name: 'Brass desk lamp', quantity: 1, unitPrice: 4_990, lineTotal: 4_990 },
      { productId: 'pen', name: 'Fountain pen', quantity: 2, unitPrice: 2_450, lineTotal: 4_900 },
    ],
    totalAmount: 9_890,
    currency: 'EUR',
    shippingAddress: sealed,
    paymentMethod: 'card',
    estimatedDelivery: '2026-12-01T10:00:00.000Z',
    createdAt: '2026-11-24T10:00:00.000Z',
    updatedAt: '2026-11-24T10:00:00.000Z',
    version: 1,
    ...(status === Status.Cancelled && { cancellation }),
    ...changes,
    status,
    statusLabel: getStatusLabel(status),
  };
}
