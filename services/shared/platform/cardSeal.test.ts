import { createCardSeal } from './cardSeal';

const number = '4242424242424242';
const [order, another] = ['01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b', '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5c'];
const { seal, open, digest } = createCardSeal('the secret of this test');

test('When a number is sealed, then it opens for its order, without the separators that people type', () => {
  expect(open(seal('4242 4242-4242 4242', order), order)).toBe(number);
});

test('When a number is sealed, then nothing of it shows, and no two seals are alike', () => {
  const [one, two] = [seal(number, order), seal(number, order)];
  expect(one).not.toBe(two);
  expect(Buffer.from(one, 'base64url').toString('latin1')).not.toContain('4242');
});

test.each<[string, () => string | undefined]>([
  ['for another order', () => open(seal(number, another), order)],
  ['under another secret', () => open(createCardSeal('another secret').seal(number, order), order)],
  ['and a bit of it was changed', () => open(changed(seal(number, order)), order)],
  ['and cut short', () => open(seal(number, order).slice(0, 30), order)],
  ['by nobody', () => open('nonsense', order)],
])('When it was sealed %s, then it does not open', (_how, opening) => {
  expect(opening()).toBeUndefined();
});

test('When the secret is being changed, then what was sealed under either opens', () => {
  const both = createCardSeal('the new secret,the secret of this test');
  expect(both.open(seal(number, order), order)).toBe(number);
  expect(createCardSeal('the new secret').open(both.seal(number, order), order)).toBe(number);
});

test('When a digest is made, then it tells one number from another, and nothing else', () => {
  expect(digest('4242 4242 4242 4242')).toBe(digest(number));
  expect(digest('4000000000000002')).not.toBe(digest(number));
  expect(createCardSeal('another secret').digest(number)).not.toBe(digest(number));
});

function changed(sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url');
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
  return bytes.toString('base64url');
}
