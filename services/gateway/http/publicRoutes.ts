export type PublicMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

export interface PublicRoute {
  /** `:id` stands for an id, which {@link isPublicId} has to take. */
  path: string;
  methods: readonly PublicMethod[];
  appId: 'order' | 'payment' | 'reservation' | 'notification';
}

/**
 * What the world may reach, and which service answers. A path that is not here does not exist for the world: the
 * services' internal routes answer 404 at the gateway. HEAD goes with GET, and OPTIONS with all.
 */
export const publicRoutes: readonly PublicRoute[] = [
  { path: '/orders', methods: ['get', 'post'], appId: 'order' },
  { path: '/orders/:id', methods: ['get', 'patch', 'delete'], appId: 'order' },
  { path: '/slots', methods: ['get'], appId: 'order' },
  { path: '/packages', methods: ['get'], appId: 'order' },
  { path: '/paymentHistories', methods: ['get', 'post'], appId: 'payment' },
  { path: '/paymentHistories/:id', methods: ['get'], appId: 'payment' },
  { path: '/reservations', methods: ['get', 'post'], appId: 'reservation' },
  { path: '/reservations/:id', methods: ['get', 'patch'], appId: 'reservation' },
  { path: '/cancellations', methods: ['get', 'post'], appId: 'reservation' },
  { path: '/cancellations/:id', methods: ['get'], appId: 'reservation' },
  { path: '/calendars', methods: ['get'], appId: 'reservation' },
  { path: '/calendars/:id', methods: ['get', 'put'], appId: 'reservation' },
  { path: '/guides', methods: ['get'], appId: 'reservation' },
  { path: '/guides/:id', methods: ['get', 'put'], appId: 'reservation' },
  { path: '/center', methods: ['get'], appId: 'reservation' },
  { path: '/mypages', methods: ['get'], appId: 'notification' },
  { path: '/mypages/:id', methods: ['get'], appId: 'notification' },
  { path: '/messages', methods: ['get'], appId: 'notification' },
  { path: '/messages/:id', methods: ['get'], appId: 'notification' },
  { path: '/messages/:id/resend', methods: ['post'], appId: 'notification' },
];

/** Last words of internal routes that stand where a public path has its id. Methods would keep them apart too. */
const innerWords: readonly string[] = ['rebuild'];

/**
 * Whether a decoded path segment may be passed on as an id. The sidecar decodes what it is sent and then resolves dot
 * segments, so nothing that could turn into another path may get there.
 */
export function isPublicId(id: string): boolean {
  return /^[a-z0-9][a-z0-9._-]{0,127}$/i.test(id) && !innerWords.includes(id.toLowerCase());
}

/** What the sidecar is asked for: made from the route that matched and its id, never from what the caller wrote. */
export function innerPath({ path }: Pick<PublicRoute, 'path'>, id: string | undefined): string {
  return path.replace(':id', () => id ?? '');
}
