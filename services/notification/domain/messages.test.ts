import fc from 'fast-check';
import { type BookingStatus, bookingStatus } from '../../shared/contracts/status';
import { newMessages } from './messages';
import { type Booking, emptyPage, type MyPage } from './myPage';

const path: BookingStatus[] = ['Payment Requested', 'Pay Approved', 'Reservation Complete', 'confirmed'];

test('When a status changes, then one message is due, about that change', () => {
  expect(newMessages(page(path.slice(0, 1)), page(path.slice(0, 2)))).toEqual([
    {
      messageId: 'order.2',
      orderId: 'order',
      status: 'Pay Approved',
      text: expect.stringContaining('결제가 완료'),
      kind: 'SMS',
      createdAt: page(path).timeline[1]?.at,
      delivery: { state: 'pending', tries: 0 },
    },
  ]);
});

test('When several statuses changed at once, then each has its message, in order', () => {
  const rows = newMessages(page(path.slice(0, 1)), page(path));
  expect(rows.map(({ status }) => status)).toEqual(path.slice(1));
});

test('When no status changed, then there is no message', () => {
  expect(newMessages(page(path), page(path))).toEqual([]);
});

test('When the order itself has not been heard of, then there is no message yet', () => {
  expect(newMessages(emptyPage('order'), emptyPage('order'))).toEqual([]);
});

test('When the booking left no phone, then the row is kept, for nobody', () => {
  const rows = newMessages(page([], { phone: undefined }), page(path, { phone: undefined }));
  expect(rows.map(({ delivery }) => delivery)).toEqual(path.map(() => ({ state: 'no recipient' })));
});

test('When a page grows in any steps, then rows and timeline are one to one, and so are the ids', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...bookingStatus.options), { maxLength: 10 }),
      fc.array(fc.nat({ max: 10 })),
      (timeline, stops) => {
        const lengths = [
          0,
          ...stops.filter((stop) => stop < timeline.length).sort((a, b) => a - b),
          timeline.length,
        ];
        const rows = lengths
          .slice(1)
          .flatMap((length, index) =>
            newMessages(page(timeline.slice(0, lengths[index])), page(timeline.slice(0, length))),
          );
        expect(rows.map(({ status, createdAt }) => ({ status, at: createdAt }))).toEqual(
          page(timeline).timeline,
        );
        expect(rows.map(({ messageId }) => messageId)).toEqual(
          timeline.map((_, index) => `order.${index + 1}`),
        );
      },
    ),
  );
});

describe.each(bookingStatus.options)('When a booking becomes "%s"', (status) => {
  const text = (telling: Partial<Booking>) => newMessages(page([]), page([status], telling))[0]?.text ?? '';

  test('then a Korean is told in Korean and anybody else in English', () => {
    expect(text({ language: 'ko' })).toMatch(/^\[건강검진\] .*[가-힣]/);
    expect(text({ language: 'en' })).toMatch(/^\[Checkup\] [\x20-\x7e]+$/);
  });

  test('then the text gives nobody away', () => {
    for (const language of ['ko', 'en'] as const) {
      expect(text({ language, name: 'Kim Minji' })).not.toMatch(/Kim|Minji|\+?82|1012345678|undefined|NaN/);
    }
  });

  test('then its text is that of no other status', () => {
    const others = bookingStatus.options.filter((other) => other !== status);
    const otherTexts = others.flatMap((other) => newMessages(page([]), page([other])).map((row) => row.text));
    expect(otherTexts).not.toContain(text({}));
  });
});

test.each(['Payment Requested', 'Pay Approved', 'confirmed', 'canceled', 'rejected', 'expired'] as const)(
  'When a booking becomes "%s", then the text says which booking',
  (status) => {
    for (const language of ['ko', 'en'] as const) {
      const [row] = newMessages(page([]), page([status], { language }));
      expect(row?.text).toContain('2026-07-25 08:00');
    }
  },
);

test('When payment is awaited, then the text says how much', () => {
  expect(newMessages(page([]), page(path.slice(0, 1)))[0]?.text).toContain('50,000원');
  expect(newMessages(page([]), page(path.slice(0, 1), { language: 'en' }))[0]?.text).toContain('KRW 50,000');
});

function page(
  statuses: readonly BookingStatus[],
  telling: { [Field in keyof Booking]?: Booking[Field] | undefined } = {},
): MyPage {
  const booking = {
    name: 'Kim Minji',
    phone: '+821012345678',
    language: 'ko',
    orderType: 'basic',
    seat: { centerId: 'seoul', date: '2026-07-25', time: '08:00' },
    priceKrw: 250_000,
    dueKrw: 50_000,
    placedAt: '2026-07-24T01:00:00.000Z',
    ...telling,
  } as Booking;
  const timeline = statuses.map((status, index) => ({ status, at: new Date(index * 1_000).toISOString() }));
  const status = statuses.at(-1);
  return { ...emptyPage('order'), booking, timeline, ...(status ? { status } : {}) };
}
