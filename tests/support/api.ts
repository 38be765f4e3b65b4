import { type Dispatcher, Pool } from 'undici';
import { askWhole } from '../../services/shared/platform/wholeAnswer';

/** An answer with its body read as JSON. */
export interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape.
  body: any;
}

export interface Api {
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  send(method: string, path: string, body: string, headers?: Record<string, string>): Promise<Reply>;
  order(body?: object, headers?: Record<string, string>): Promise<Reply>;
  pay(orderId: string, cardNo?: string): Promise<Reply>;
  confirm(orderId: string): Promise<Reply>;
  /** The customer cancels. */
  cancel(orderId: string): Promise<Reply>;
  /** The customer moves it. */
  move(orderId: string, to: object): Promise<Reply>;
  /** The centre cancels. */
  centerCancels(orderId: string, reason?: string): Promise<Reply>;
  reject(orderId: string, reason?: string): Promise<Reply>;
  patch(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  put(path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  /** The status on my page, or undefined while it has none. */
  myPageStatus(orderId: string): Promise<string | undefined>;
}

export const goodCard = '4242424242424242';

interface Asked {
  method: string;
  headers: Record<string, string>;
  body?: string;
}
type Ask = (path: string, asked: Asked) => Promise<{ status: number; headers: Headers; text: string }>;

const deadlineMs = 30_000;

function askByFetch(baseUrl: string): Ask {
  return async (path, asked) => {
    const response = await fetch(`${baseUrl}${path}`, { ...asked, signal: AbortSignal.timeout(deadlineMs) });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

/** For a load that shares its processors with what it loads: a third of what {@link askByFetch} takes of them. */
export function askLightly(baseUrl: string): Ask {
  const pool = new Pool(baseUrl);
  return async (path, { method, headers, body }) => {
    const asked = { method: method as Dispatcher.HttpMethod, path, headers, ...(body ? { body } : {}) };
    const answer = await askWhole(pool, asked, deadlineMs);
    const answered = new Headers(answer.headers as Record<string, string>);
    return { status: answer.status, headers: answered, text: String(answer.body) };
  };
}

export function apiOf(baseUrl: string, ask: Ask = askByFetch(baseUrl)): Api {
  async function call(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const answer = await ask(path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const { status, text } = answer;
    return { status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
  }
  const api: Api = {
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body, headers) => call('POST', path, JSON.stringify(body), headers),
    send: call,
    order: (body = {}, headers = {}) =>
      api.post('/orders', { orderType: 'basic', name: 'woo', ...body }, headers),
    pay: (orderId, cardNo = goodCard) =>
      api.post('/paymentHistories', { orderId, price: 50_000, payMethod: 'card', cardNo }),
    confirm: (orderId) => api.post('/reservations', { orderId, status: 'confirmed' }),
    cancel: (orderId) => call('DELETE', `/orders/${orderId}`),
    move: (orderId, to) => api.patch(`/orders/${orderId}`, to),
    centerCancels: (orderId, reason = 'a machine is broken') =>
      api.post('/cancellations', { orderId, reason }),
    reject: (orderId, reason = 'no such checkup here') =>
      api.post('/reservations', { orderId, status: 'rejected', reason }),
    patch: (path, body, headers) => call('PATCH', path, JSON.stringify(body), headers),
    put: (path, body, headers) => call('PUT', path, JSON.stringify(body), headers),
    async myPageStatus(orderId) {
      const page = await api.get(`/mypages/${orderId}`);
      return page.status === 200 ? page.body.status : undefined;
    },
  };
  return api;
}
