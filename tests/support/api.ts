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

export function apiOf(baseUrl: string): Api {
  async function call(
    method: string,
    path: string,
    body?: string,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const response = await fetch(`${baseUrl}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
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
