import { maskedPhone } from './maskedPhone';

test.each([
  ['+821012345678', '***********78'],
  ['78', '78'],
  ['', ''],
])('When the number is %p, then logs show %p', (phone, shown) => {
  expect(maskedPhone(phone)).toBe(shown);
});
