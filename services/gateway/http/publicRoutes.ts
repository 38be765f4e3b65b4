/**
 * What the world may reach, and which service answers. A path that is not here does not exist for the world: the
 * services' internal routes answer 404 at the gateway.
 */
export const publicRoutes: readonly { path: string; methods: readonly string[]; appId: string }[] = [
  { path: '/orders', methods: ['POST'], appId: 'order' },
  { path: '/orders/:id', methods: ['GET'], appId: 'order' },
  { path: '/packages', methods: ['GET'], appId: 'order' },
  { path: '/paymentHistories', methods: ['POST'], appId: 'payment' },
  { path: '/paymentHistories/:id', methods: ['GET'], appId: 'payment' },
  { path: '/reservations', methods: ['POST'], appId: 'reservation' },
  { path: '/reservations/:id', methods: ['GET'], appId: 'reservation' },
  { path: '/mypages/:id', methods: ['GET'], appId: 'notification' },
];
