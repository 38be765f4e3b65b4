import { Router } from 'express';
import { publicBaseUrl } from '../../shared/platform/httpApp';

/** `GET /`: where everything else is found. */
export function entryRoutes(): Router {
  const router = Router();
  router.get('/', (req, res) => {
    const base = publicBaseUrl(req);
    const links = Object.entries(entryLinks).map(([rel, path]) => [
      rel,
      { href: `${base}${path}`, ...(path.includes('{') ? { templated: true } : {}) },
    ]);
    res.type('application/hal+json').json({ _links: Object.fromEntries(links) });
  });
  return router;
}

/** By name of the link; URI templates (RFC 6570) where it takes parameters. */
export const entryLinks: Readonly<Record<string, string>> = {
  self: '/',
  orders: '/orders{?page,size,sort,status}',
  order: '/orders/{orderId}',
  slots: '/slots{?from,to,orderType,centerId}',
  packages: '/packages',
  paymentHistories: '/paymentHistories{?page,size,sort,status}',
  reservations: '/reservations{?page,size,sort,status,date}',
  cancellations: '/cancellations{?page,size,sort}',
  calendars: '/calendars',
  calendar: '/calendars/{centerId}',
  guides: '/guides',
  guide: '/guides/{guideId}',
  center: '/center',
  mypages: '/mypages{?page,size,sort,status}',
  mypage: '/mypages/{orderId}',
  messages: '/messages{?orderId}',
  problems: '/problems',
};
