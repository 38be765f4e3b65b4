import { createClient } from 'redis';
import type { MessageRow } from '../../services/notification/domain/messages';
import type { MyPage } from '../../services/notification/domain/myPage';
import type { CustomerState } from '../../services/order/domain/customer';
import type { OrderState } from '../../services/order/domain/orderState';
import type { SlotState } from '../../services/order/domain/slot';
import type { PaymentState } from '../../services/payment/domain/payment';
import type { ChargeRecord } from '../../services/payment/provider/provider';
import type { ReservationState } from '../../services/reservation/domain/reservation';
import { whereElse } from './actorStores';

/** All that a system has stored, by id. */
export interface Books {
  orders: Map<string, OrderState>;
  slots: Map<string, SlotState>;
  customers: Map<string, CustomerState>;
  payments: Map<string, PaymentState>;
  reservations: Map<string, ReservationState>;
  pages: Map<string, MyPage>;
  messages: Map<string, MessageRow[]>;
  /** The card company's own books, by charge key. */
  charges: Map<string, LedgerEntry>;
  /** What each list shows, by the list's name and id. */
  lists: Map<string, Map<string, { status?: string } | null>>;
}

interface LedgerEntry {
  status: ChargeRecord['status'];
  amountKrw?: number;
  /** By refund key. */
  refunds?: Record<string, number>;
}

export async function readBooks(redisUrl: string): Promise<Books> {
  // All is asked for at once, and the last waits for the first.
  const redis = createClient({ url: redisUrl, commandOptions: { timeout: 300_000 } });
  await redis.connect();
  const keys = await redis.keys('*');
  async function actors<State>(appId: string, type: string): Promise<Map<string, State>> {
    const prefix = `${appId}||${type}||`;
    const idAndState = (key: string, value: string): [string, State] => [
      key.split('||')[2] ?? '',
      JSON.parse(value).state as State,
    ];
    const readElsewhere = whereElse(redisUrl, appId);
    if (readElsewhere) {
      const stored = await readElsewhere();
      return new Map(
        stored.filter(([key]) => key.startsWith(prefix)).map(([key, value]) => idAndState(key, value)),
      );
    }
    const own = keys.filter((key) => key.startsWith(prefix));
    const values = await Promise.all(own.map((key) => redis.hGet(key, 'data')));
    return new Map(own.map((key, i) => idAndState(key, values[i] ?? '{}')));
  }
  async function byId<Value>(
    marker: string,
    read: (key: string) => Promise<Value>,
  ): Promise<Map<string, Value>> {
    const own = keys.filter((key) => key.includes(marker));
    const values = await Promise.all(own.map(read));
    return new Map(own.map((key, i) => [key.slice(key.indexOf(marker) + marker.length), values[i] as Value]));
  }
  async function lists(): Promise<Books['lists']> {
    const own = keys.filter((key) => key.startsWith('list:{') && key.endsWith('}:docs'));
    const entries = await Promise.all(own.map((key) => redis.hGetAll(key)));
    const docs = entries.map((each) =>
      Object.entries(each).map(([id, stored]) => [id, JSON.parse(stored)] as const),
    );
    return new Map(own.map((key, i) => [key.slice(6, -6), new Map(docs[i])]));
  }
  try {
    return {
      orders: await actors<OrderState>('order', 'Order'),
      slots: await actors<SlotState>('order', 'Slot'),
      customers: await actors<CustomerState>('order', 'Customer'),
      payments: await actors<PaymentState>('payment', 'Payment'),
      reservations: await actors<ReservationState>('reservation', 'Reservation'),
      pages: await byId(':page:', async (key) => JSON.parse((await redis.get(key)) ?? '{}') as MyPage),
      messages: await byId(':sms:', async (key) =>
        Object.values(await redis.hGetAll(key)).map((row) => JSON.parse(row) as MessageRow),
      ),
      charges: await byId(
        'simulated-provider:',
        async (key) => JSON.parse((await redis.get(key)) ?? '{}') as LedgerEntry,
      ),
      lists: await lists(),
    };
  } finally {
    redis.destroy();
  }
}
