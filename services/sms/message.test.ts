import { InvalidSms, smsMessageFrom } from './message';

const valid = { to: '+821012345678', text: 'Your checkup is booked.', messageId: 'order-1:3' };

test('When the data is a message, then it is taken without unknown fields', () => {
  expect(smsMessageFrom(json({ ...valid, priority: 'high' }))).toEqual(valid);
});

test.each([
  ['to', '01012345678'],
  ['to', '+0101234567'],
  ['to', '+82 10 1234 5678'],
  ['to', '+8210123456789012'],
  ['to', 821012345678],
  ['text', ''],
  ['text', undefined],
  ['messageId', 'order 1'],
  ['messageId', 'm'.repeat(201)],
  ['messageId', null],
])('When %s is %p, then the sentence names the field and not the value', (field, value) => {
  const sentence = sentenceOn(json({ ...valid, [field]: value }));

  expect(sentence).toMatch(new RegExp(`^${field} must `));
  expect(sentence).not.toMatch(/\d{5}/);
});

test('When several fields are wrong, then all are named', () => {
  expect(sentenceOn(json({}))).toMatch(/to must .* text must .* messageId must /);
});

test.each(['', 'null', '"+821012345678"', '[]'])('When the data is %p, then it is no message', (data) => {
  expect(sentenceOn(Buffer.from(data))).toMatch(/^data /);
});

test('When the data is broken JSON, then the sentence quotes none of it', () => {
  expect(sentenceOn(Buffer.from('{"to":"+821012345678",'))).toBe('data is not JSON.');
});

function json(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function sentenceOn(data: Buffer): string {
  try {
    smsMessageFrom(data);
  } catch (error) {
    if (error instanceof InvalidSms) return error.message;
    throw error;
  }
  throw new Error('The data was taken for a message.');
}
