// The same booking in plain Express and Redis, as one process that nobody kills: what docs/performance.md compares with.
// It answers and stores what the system does, waits for each write as the system does, and has no second instance, no
// recovery, no events that anybody else could follow, no lists that can be paged in several sorts.
import { createHmac, randomUUID } from 'node:crypto';
import express from 'express';
import { z } from 'zod';
import { createBooks, type Order } from './books';

const port = Number(process.env.APP_PORT);
const seats = Number(process.env.SEATS_PER_TIME);
const times = ['08:00', '09:00', '10:00', '11:00', '13:00', '14:00', '15:00', '16:00'];
const books = createBooks(process.env.REDIS_URL ?? '');

const orderBody = z.object({
  orderType: z.literal('basic'),
  name: z.string().max(100),
  phone: z.string().max(40),
  cardNo: z.string().regex(/^\d{16}$/),
  centerId: z.string(),
  date: z.iso.date(),
});
const decisionBody = z.object({ orderId: z.string(), status: z.literal('confirmed') });

const app = express().use(express.json());

app.post('/orders', async (req, res) => {
  const body = orderBody.safeParse(req.body);
  if (!body.success) return void res.status(422).json({ code: 'value_invalid' });
  const { cardNo, phone, name, centerId, date } = body.data;
  const digest = (text: string) => createHmac('sha256', 'twin').update(text).digest('hex').slice(0, 24);
  const orderId = randomUUID();
  const time = await books.hold(`${centerId}_${date}`, orderId, times, seats);
  if (!time) return void res.status(409).json({ code: 'slot_full' });
  if (!(await books.admit(digest(phone), orderId)))
    return void res.status(409).json({ code: 'person_limit_reached' });
  const card = { token: digest(cardNo), brand: 'visa', last4: cardNo.slice(-4) };
  const charge = await books.charge(orderId, 50_000, card);
  await books.writePayment(orderId, charge);
  const order: Order = {
    orderId,
    status: 'Pay Approved',
    placement: { name, phone, orderType: 'basic', seat: { centerId, date, time }, card, priceKrw: 250_000 },
    history: [{ status: 'Pay Approved', at: new Date().toISOString() }],
  };
  await books.writeOrder(order);
  res.status(201).location(`/orders/${orderId}`).json(viewOf(order));
  // As in the system, the rest follows the answer.
  void books.receive(order).catch((error) => console.error(error));
});

app.get('/mypages/:id', async (req, res) => {
  const page = await books.readPage(req.params.id);
  if (page) res.json(viewOf(page));
  else res.status(404).json({ code: 'order_not_found' });
});

app.post('/reservations', async (req, res) => {
  const body = decisionBody.safeParse(req.body);
  if (!body.success) return void res.status(422).json({ code: 'value_invalid' });
  const outcome = await books.confirm(body.data.orderId);
  res.status(outcome === 'confirmed' ? 200 : 409).json({ code: outcome });
});

app.get('/counts', async (_req, res) => {
  res.json(await books.counts());
});

app.listen(port, '127.0.0.1');

function viewOf({ orderId, status, placement, history }: Order) {
  const self = `http://127.0.0.1:${port}/orders/${orderId}`;
  const { card: _card, ...shown } = placement;
  return {
    orderId,
    status,
    ...shown,
    timeline: history,
    _links: { self: { href: self }, cancel: { href: self } },
  };
}
