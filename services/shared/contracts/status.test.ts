import { bookingStatus, statusPath } from './status';

test('When a booking goes its way, then every step of it is a status', () => {
  expect(statusPath.map((status) => bookingStatus.parse(status))).toEqual([...statusPath]);
});

test.each(['pay approved', 'Confirmed', 'cancelled', '', null])(
  'When a status is %j, then it is none',
  (status) => {
    expect(bookingStatus.safeParse(status).success).toBe(false);
  },
);
