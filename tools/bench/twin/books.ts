import { createClient } from 'redis';

export interface Order {
  orderId: string;
  status: string;
  placement: Record<string, unknown> & { name: string; phone: string };
  history: { status: string; at: string }[];
}

/** What the twin stores. Each function is one round to Redis that its caller waits for, and one atomic step of it. */
export function createBooks(redisUrl: string) {
  const redis = createClient({ url: redisUrl });
  redis.connect().catch((error) => {
    console.error(error);
    process.exit(1);
  });

  const list = (name: string) => `list:${name}`;
  const now = () => new Date().toISOString();
  const listed = (name: string, id: string) => ({ score: Date.now(), value: id, key: list(name) });

  function withStep(order: Order, status: string): Order {
    return { ...order, status, history: [...order.history, { status, at: now() }] };
  }

  /** My page, and a message about its last change: its row when it is due, and again when it is out. */
  async function tell(order: Order): Promise<void> {
    const { orderId, history } = order;
    const row = {
      messageId: `${orderId}.${history.length}`,
      status: order.status,
      text: `예약 ${orderId}: ${order.status}`,
    };
    const { key, score, value } = listed('pages', orderId);
    await redis
      .multi()
      .set(`page:${orderId}`, JSON.stringify(order))
      .hSet(`sms:${orderId}`, row.messageId, JSON.stringify({ ...row, state: 'pending' }))
      .zAdd(key, { score, value })
      .exec();
    await redis.hSet(
      `sms:${orderId}`,
      row.messageId,
      JSON.stringify({ ...row, state: 'sent', sentAt: now() }),
    );
  }

  return {
    /** The earliest time of a centre's day that has a seat. */
    async hold(
      slot: string,
      orderId: string,
      times: readonly string[],
      seats: number,
    ): Promise<string | undefined> {
      const held = await redis.eval(holdScript, {
        keys: [`slot:${slot}`],
        arguments: [orderId, String(seats), ...times],
      });
      return held ? String(held) : undefined;
    },

    async admit(person: string, orderId: string): Promise<boolean> {
      return (
        (await redis.eval(admitScript, { keys: [`person:${person}`], arguments: [orderId, '10'] })) === 1
      );
    },

    /** In the card company's own books, as the system's stand-in for one keeps them. */
    async charge(orderId: string, amountKrw: number, card: object): Promise<object> {
      const record = {
        status: 'captured',
        providerId: `sim-${orderId}`,
        amountKrw,
        card,
        capturedAt: now(),
        refunds: {},
      };
      await redis.set(`provider:${orderId}`, JSON.stringify(record), { condition: 'NX', GET: true });
      return record;
    },

    async writePayment(orderId: string, charge: object): Promise<void> {
      const { key, score, value } = listed('payments', orderId);
      const payment = JSON.stringify({ orderId, status: 'captured', charge });
      await redis.multi().set(`payment:${orderId}`, payment).zAdd(key, { score, value }).exec();
    },

    async writeOrder(order: Order): Promise<void> {
      const { key, score, value } = listed('orders', order.orderId);
      await redis
        .multi()
        .set(`order:${order.orderId}`, JSON.stringify(order))
        .zAdd(key, { score, value })
        .exec();
    },

    /** What follows an order: the page, the centre's request, the order's next step, the page again. */
    async receive(order: Order): Promise<void> {
      const { orderId, placement } = order;
      await tell(order);
      const { key, score, value } = listed('reservations', orderId);
      const reservation = JSON.stringify({ orderId, status: 'received', placement, receivedAt: now() });
      await redis.multi().set(`reservation:${orderId}`, reservation).zAdd(key, { score, value }).exec();
      const received = withStep(order, 'Reservation Complete');
      await this.writeOrder(received);
      await tell(received);
    },

    async confirm(orderId: string): Promise<'confirmed' | 'order_not_found' | 'reservation_not_pending'> {
      const stored = await redis.get(`order:${orderId}`);
      if (!stored) return 'order_not_found';
      const order = JSON.parse(stored) as Order;
      if (order.status !== 'Reservation Complete') return 'reservation_not_pending';
      const confirmed = withStep(order, 'confirmed');
      const isMine = await redis.eval(replaceScript, {
        keys: [`order:${orderId}`, `reservation:${orderId}`],
        arguments: [
          stored,
          JSON.stringify(confirmed),
          JSON.stringify({ orderId, status: 'confirmed', at: now() }),
        ],
      });
      if (isMine !== 1) return 'reservation_not_pending';
      void tell(confirmed).catch((error) => console.error(error));
      return 'confirmed';
    },

    async readPage(orderId: string): Promise<Order | undefined> {
      const stored = await redis.get(`page:${orderId}`);
      return stored ? (JSON.parse(stored) as Order) : undefined;
    },

    /** How many of each there are: what reconciles with what callers were told. */
    async counts(): Promise<Record<string, number>> {
      const names = ['orders', 'payments', 'reservations', 'pages'];
      const sizes = await Promise.all(names.map((name) => redis.zCard(list(name))));
      return Object.fromEntries(names.map((name, i) => [name, sizes[i] ?? 0]));
    },
  };
}

// Taken seats lie by order; each time's count beside them.
const holdScript = `
for i = 3, #ARGV do
  local taken = tonumber(redis.call('HGET', KEYS[1], 'count ' .. ARGV[i]) or '0')
  if taken < tonumber(ARGV[2]) then
    redis.call('HINCRBY', KEYS[1], 'count ' .. ARGV[i], 1)
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[i])
    return ARGV[i]
  end
end
return false`;

const admitScript = `
if redis.call('SCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('SADD', KEYS[1], ARGV[1])
return 1`;

const replaceScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
redis.call('SET', KEYS[2], ARGV[3])
return 1`;
