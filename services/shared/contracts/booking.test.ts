import type { z } from 'zod';
import {
  amountKrw,
  bookingSummary,
  businessDate,
  cardReference,
  centerId,
  orderId,
  paymentFacts,
  seat,
  timeOfDay,
} from './booking';

// biome-ignore format: a table
const rules: [string, z.ZodType, { taken: unknown[]; refused: unknown[] }][] = [
  ['an order id', orderId, {
    taken: ['01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b', '01981a2b-3c4d-8e5f-8a9b-0c1d2e3f4a5b'],
    refused: ['', 'order', '1', '../healthz', '01981a2b3c4d7e5f8a9b0c1d2e3f4a5b', 7],
  }],
  ['an amount', amountKrw, {
    taken: [0, 1, 50_000],
    refused: [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, '50000', Number.MAX_SAFE_INTEGER + 1],
  }],
  ['a date', businessDate, {
    taken: ['2026-07-25', '2028-02-29'],
    refused: ['2026-02-29', '2026-13-01', '2026-7-25', '25-07-2026', '2026-07-25T00:00:00Z', ''],
  }],
  ['a time of day', timeOfDay, {
    taken: ['00:00', '08:00', '23:59'],
    refused: ['24:00', '8:00', '08:60', '08:00:00', '0800', ' 08:00', '08:00\n'],
  }],
  ['a centre', centerId, {
    taken: ['seoul', 'busan-2', 'a'.repeat(40)],
    refused: ['', 'Seoul', 'a'.repeat(41), '서울', 'a_b', 'a/b', 'a:b', 'seoul\n'],
  }],
  ['a seat', seat, {
    taken: [{ centerId: 'seoul', date: '2026-07-25', time: '08:00' }],
    refused: [{ centerId: 'seoul', date: '2026-07-25' }, null],
  }],
  ['a payment', paymentFacts, {
    taken: [payment(), payment({ payMethod: 'card', card: { brand: 'visa', last4: '4242' } })],
    refused: [payment({ payMethod: 'cheque' }), payment({ amountKrw: -1 }), payment({ approvedAt: '2026-07-25' })],
  }],
];

describe.each(rules)('When %s', (_name, schema, { taken, refused }) => {
  test.each(taken)('is %j, then it is taken as it is', (value) => {
    expect(schema.parse(value)).toEqual(value);
  });

  test.each(refused)('is %j, then it is refused', (value) => {
    expect(schema.safeParse(value).success).toBe(false);
  });
});

describe('When a card number finds its way in', () => {
  const cardNo = '4242424242424242';

  test('as a reference, then it is not among what goes on', () => {
    const reference = { token: 'token', brand: 'visa', last4: '4242' };
    expect(cardReference.parse({ ...reference, cardNo })).toEqual(reference);
    expect(cardReference.safeParse({ ...reference, last4: cardNo }).success).toBe(false);
  });

  test('into a payment, then neither it nor the token goes on', () => {
    const card = { brand: 'visa', last4: '4242' };
    const facts = paymentFacts.parse(
      payment({ payMethod: 'card', cardNo, card: { ...card, token: 'token', cardNo } }),
    );
    expect(facts).toEqual(payment({ payMethod: 'card', card }));
  });

  test('into a booking, then it does not go on, and no phone does', () => {
    const summary = {
      seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
      orderType: 'basic',
      name: 'Kim',
    };
    expect(bookingSummary.parse({ ...summary, cardNo, phone: '+821012345678' })).toEqual(summary);
  });
});

function payment(telling: Record<string, unknown> = {}) {
  return {
    paymentId: 'order',
    amountKrw: 50_000,
    payMethod: 'cash',
    approvedAt: '2026-07-24T01:00:00.000Z',
    ...telling,
  };
}
