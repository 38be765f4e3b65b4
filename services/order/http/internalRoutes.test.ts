import request from 'supertest';
import { decisionOutcome, decisionsPath } from '../../shared/contracts/decisions';
import { orderHistoryPage, orderHistoryPath } from '../../shared/contracts/history';
import { refuse } from '../../shared/contracts/refusals';
import { orderApp } from './order.sample';

const id = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
const decision = { orderId: id, reservationId: 'r', decision: 'confirmed' };

describe('When the centre asks leave', () => {
  test.each([
    { outcome: 'granted', at: '2026-07-24T01:00:00.000Z' },
    { outcome: 'refused', refused: 'visit_not_due', facts: { date: '2026-07-25' } },
    { outcome: 'refused', refused: 'service_unavailable', retryAfterSeconds: 1 },
  ])('and the outcome is %j, then that is answered as it is, by 200', async (outcome) => {
    const { app, calls } = orderApp({ answer: outcome });
    const { status, body } = await request(app).post(decisionsPath).send(decision);
    expect([status, body]).toEqual([200, outcome]);
    expect(decisionOutcome.parse(body)).toEqual(outcome);
    expect(calls).toEqual([{ id, method: 'decide', input: { reservationId: 'r', decision: 'confirmed' } }]);
  });

  test('with what is no decision, then it is refused', async () => {
    const { app, calls } = orderApp({});
    const { status } = await request(app)
      .post(decisionsPath)
      .send({ ...decision, decision: 'expired' });
    expect(status).toBe(422);
    expect(calls).toEqual([]);
  });
});

describe('When somebody builds a view anew', () => {
  const items = ['1', '2'].map((each) => ({ id: each, doc: {} }));
  const told = (orderId: string) => [
    {
      eventId: `order.${orderId}.1`,
      orderId,
      type: 'OrderExpired',
      version: 1,
      occurredAt: '2026-07-24T01:00:00.000Z',
      data: { seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' } },
    },
  ];

  test.each([
    [5, { page: 0, size: 2 }, 1],
    [5, { page: 1, size: 2 }, 2],
    [5, { page: 2, size: 2 }, undefined],
    [4, { page: 1, size: 2 }, undefined],
    [2, {}, undefined],
  ])('of %d orders and asks for %j, then the next page is %p', async (total, body, next) => {
    const { app, queries } = orderApp({
      answer: (_method, orderId) => ({ events: told(orderId) }),
      page: { items, total },
    });
    const { status, body: answer } = await request(app).post(orderHistoryPath).send(body);
    expect(status).toBe(200);
    expect(orderHistoryPage.parse(answer)).toEqual({
      orders: [
        { orderId: '1', events: told('1') },
        { orderId: '2', events: told('2') },
      ],
      ...(next === undefined ? {} : { next }),
    });
    expect(queries).toMatchObject([{ sort: 'placedAt', descending: false, page: 0, size: 100, ...body }]);
  });

  test('and an order is not to be read, then the others are told', async () => {
    const { app } = orderApp({
      answer: (_method, orderId) => (orderId === '1' ? refuse('order_not_found') : { events: told(orderId) }),
      page: { items, total: 2 },
    });
    const { body } = await request(app).post(orderHistoryPath).send({});
    expect(body).toEqual({ orders: [{ orderId: '2', events: told('2') }] });
  });
});
