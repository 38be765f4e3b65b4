import { toE164 } from './phone';

describe('toE164', () => {
  test.each([
    ['010-1234-5678', '+821012345678'],
    ['01012345678', '+821012345678'],
    ['(010) 1234 5678', '+821012345678'],
    ['+82 10-1234-5678', '+821012345678'],
    ['+82 010-1234-5678', '+821012345678'],
    ['82-10-1234-5678', '+821012345678'],
    ['02-312-3456', '+8223123456'],
    ['+1 213 373 4253', '+12133734253'],
  ])('When a person writes %s, then it is %s', (written, expected) => {
    expect(toE164(written)).toBe(expected);
  });

  test.each(['', '  ', '010', '010-1234', 'call me', '123456789012345678', '+82', '010-1234-56789012'])(
    'When the text is %p, then it is no phone number',
    (written) => {
      expect(toE164(written)).toBeUndefined();
    },
  );

  test('When a number is in E.164 already, then it stays as it is', () => {
    expect(toE164('+821012345678')).toBe('+821012345678');
  });
});
