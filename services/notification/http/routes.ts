import { type Request, type Response, Router } from 'express';
import { orderId } from '../../shared/contracts/booking';
import { refuse } from '../../shared/contracts/refusals';
import { type BookingStatus, bookingStatus } from '../../shared/contracts/status';
import { publicBaseUrl } from '../../shared/platform/httpApp';
import { keyedBy } from '../../shared/platform/idempotency';
import { type ListShape, pageView, readPaging } from '../../shared/platform/paging';
import { orRefuse, RefusedError } from '../../shared/platform/problem';
import type { MessageRow } from '../domain/messages';
import { publicPage } from '../domain/publicPage';
import type { Ledger } from '../store/ledger';
import { type PageList, pageSorts } from '../store/pageList';
import type { PageStore } from '../store/pageStore';
import { messagesView, messageView, myPageView } from './views';

interface RouteOptions {
  pages: Pick<PageStore, 'read'>;
  list: Pick<PageList, 'page'>;
  ledger: Pick<Ledger, 'messages' | 'message' | 'resend'>;
  /** Has an order's messages sent soon. */
  wake: (orderId: string) => void;
  clock: () => Date;
}

/** My pages and the messages about them, from Redis alone: they answer whatever else is down. */
export function notificationRoutes(options: RouteOptions): Router {
  const router = Router();
  addPageRoutes(router, options);
  addMessageRoutes(router, options);
  return router;
}

const pagesShape: ListShape<(typeof pageSorts)[number]> = {
  path: '/mypages',
  rel: 'mypages',
  sorts: pageSorts,
  filters: ['status'],
};

/** `GET /mypages`, `GET /mypages/{orderId}`. */
function addPageRoutes(router: Router, { pages, list, clock }: RouteOptions): void {
  router.get('/mypages', async (req, res) => {
    const paging = readPaging(req, pagesShape);
    const { pages: found, total } = await list.page({ ...paging, status: statusAsked(req) });
    const items = found.map((page) => myPageView(page, publicBaseUrl(req), clock()));
    sendHal(res, pageView(req, pagesShape, paging, { total }, items));
  });

  router.get('/mypages/:orderId', async (req, res) => {
    const id = orderId.safeParse(req.params.orderId);
    const page = id.success ? await pages.read(id.data) : undefined;
    if (page?.status === undefined) throw new RefusedError(refuse('mypage_not_found'));
    sendHal(res, myPageView(publicPage(page), publicBaseUrl(req), clock()));
  });
}

/** `GET /messages?orderId`, `GET /messages/{messageId}`, `POST /messages/{messageId}/resend`. */
function addMessageRoutes(router: Router, { ledger, wake, clock }: RouteOptions): void {
  router.get('/messages', async (req, res) => {
    const id = orderId.safeParse(req.query.orderId);
    if (!id.success) throw parameterInvalid('orderId', 'must be the id of an order');
    sendHal(res, messagesView(id.data, await ledger.messages(id.data), publicBaseUrl(req)));
  });

  router.get('/messages/:messageId', async (req, res) => {
    sendHal(res, messageView(await existing(req.params.messageId), publicBaseUrl(req)));
  });

  router.post('/messages/:messageId/resend', async (req, res) => {
    const { request } = keyedBy(req, 'resend', { body: Buffer.isBuffer(req.body) ? undefined : req.body });
    const asked = request ? { request, at: clock() } : undefined;
    const { row } = orRefuse(await ledger.resend(await existing(req.params.messageId), asked));
    wake(row.orderId);
    sendHal(res.status(202), messageView(row, publicBaseUrl(req)));
  });

  async function existing(messageId: string): Promise<MessageRow> {
    const [, id] = /^([^.]+)\.[1-9]\d*$/.exec(messageId) ?? [];
    const row = orderId.safeParse(id).success ? await ledger.message(messageId) : undefined;
    if (!row) throw new RefusedError(refuse('message_not_found'));
    return row;
  }
}

function statusAsked(req: Request): BookingStatus | undefined {
  const { status } = req.query;
  if (status === undefined || status === '') return undefined;
  const known = bookingStatus.safeParse(status);
  if (!known.success) throw parameterInvalid('status', `must be one of ${bookingStatus.options.join(', ')}`);
  return known.data;
}

function parameterInvalid(parameter: string, detail: string): RefusedError {
  return new RefusedError(refuse('value_invalid', { errors: [{ parameter, detail }] }));
}

function sendHal(res: Response, view: unknown): void {
  res.type('application/hal+json').send(JSON.stringify(view));
}
