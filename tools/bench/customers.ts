import { type Dispatcher, Pool } from 'undici';
import { centerIds, dateAfter, openDays } from './calendars';

/** What callers were told, by order: what the books have to say as well. */
export interface Journal {
  told: Map<string, { paid: boolean; confirmed: boolean; canceled: boolean }>;
  /** Calls whose outcome nobody was told, which may have booked all the same. */
  unknown: number;
}

export interface Wish {
  centerId?: string;
  date?: string;
  time?: string;
  /** Whether a card comes with the order; else it is to be paid. */
  withCard?: boolean;
}

/** A call's answer; a status of 0 where there was none. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies of every shape are looked into.
  body: any;
}

/** Those who book, look, pay, confirm and cancel, each booking by another person. */
export interface Customers {
  journal: Journal;
  call(method: Dispatcher.HttpMethod, path: string, body?: object): Promise<Answer>;
  /** Books; without a wish, on a day and at a centre that differ from call to call. */
  book(wish?: Wish): Promise<Answer>;
  pay(orderId: string): Promise<Answer>;
  confirm(orderId: string): Promise<Answer>;
  cancel(orderId: string): Promise<Answer>;
  readPage(orderId: string): Promise<Answer>;
  close(): Promise<void>;
}

/** These refusals say in so many words that nothing was changed; of any other 5xx nobody knows. */
const nothingHappened = ['move_unavailable', 'payment_unavailable'];

const goodCard = '4242424242424242';

export function createCustomers(baseUrl: string): Customers {
  const pool = new Pool(baseUrl, { connections: 512, keepAliveTimeout: 60_000 });
  const journal: Journal = { told: new Map(), unknown: 0 };
  let persons = 0;

  async function call(method: Dispatcher.HttpMethod, path: string, body?: object): Promise<Answer> {
    try {
      const answer = await pool.request({
        method,
        path,
        ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
        headersTimeout: 30_000,
      });
      const text = await answer.body.text();
      const told = text === '' ? undefined : JSON.parse(text);
      if (answer.statusCode >= 500 && !nothingHappened.includes(told?.code)) journal.unknown += 1;
      return { status: answer.statusCode, body: told };
    } catch (error) {
      journal.unknown += 1;
      return { status: 0, body: { code: String(error) } };
    }
  }

  return {
    journal,
    call,

    async book({ withCard = true, ...wish } = {}) {
      const number = persons++;
      const answer = await call('POST', '/orders', {
        orderType: 'basic',
        name: 'bench',
        phone: phoneOf(number),
        ...spreadOut(number),
        ...wish,
        ...(withCard ? { cardNo: goodCard } : {}),
      });
      if (answer.status === 201) {
        journal.told.set(answer.body.orderId, { paid: withCard, confirmed: false, canceled: false });
      }
      return answer;
    },

    async pay(orderId) {
      const body = { orderId, price: 50_000, payMethod: 'card', cardNo: goodCard };
      const answer = await call('POST', '/paymentHistories', body);
      const told = journal.told.get(orderId);
      if (told && answer.status === 201) told.paid = true;
      return answer;
    },

    async confirm(orderId) {
      const answer = await call('POST', '/reservations', { orderId, status: 'confirmed' });
      const told = journal.told.get(orderId);
      if (told && answer.status < 300 && answer.status > 0) told.confirmed = true;
      return answer;
    },

    async cancel(orderId) {
      const answer = await call('DELETE', `/orders/${orderId}`);
      const told = journal.told.get(orderId);
      if (told && answer.status === 200) told.canceled = true;
      return answer;
    },

    readPage: (orderId) => call('GET', `/mypages/${orderId}`),
    close: () => pool.destroy(),
  };
}

/** What went wrong, in a form that can be counted; nothing for an answer that was hoped for. */
export function failureOf({ status, body }: Answer, ...hoped: number[]): string | undefined {
  return hoped.includes(status) ? undefined : `${status} ${body?.code ?? ''}`;
}

function phoneOf(number: number): string {
  return `010-${2_000 + Math.floor(number / 8_000)}-${1_000 + (number % 8_000)}`;
}

// Consecutive bookings are far apart, and all places are used before one comes again.
function spreadOut(number: number): { centerId: string; date: string } {
  const place = (number * 1_009) % (centerIds.length * openDays);
  return {
    centerId: centerIds[place % centerIds.length] ?? '',
    date: dateAfter(3 + Math.floor(place / centerIds.length)),
  };
}
