// Written by npm run generate from libs/contracts; changes here are lost.
/** What an order has come to, as numbers on the wire, with their labels. */ export const statusLabels = {
    0: 'Pending',
    1: 'Confirmed',
    2: 'Processing',
    3: 'Shipped',
    4: 'Delivered',
    5: 'Cancelled'
};
