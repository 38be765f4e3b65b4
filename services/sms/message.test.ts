import { InvalidSms, smsMessageFrom } from './message';

const metadata = { toNumber: '+821012345678', messageId: 'order-1:3' };
const text = '"예약" <확정> & 감사합니다.\nThank you 🙏';

test('When the text comes by the HTTP API of the sidecar, then it is taken out of its JSON string', () => {
  expect(smsMessageFrom(Buffer.from(JSON.stringify(text)), metadata)).toEqual({
    to: '+821012345678',
    text,
    messageId: 'order-1:3',
  });
});

test.each([text, 'hello', '12345', '{"a":1}', '"'])(
  'When the text %p comes as it is, then it stays so',
  (plain) => {
    expect(smsMessageFrom(Buffer.from(plain), metadata)).toMatchObject({ text: plain });
  },
);

test('When the sidecar adds metadata of its own, then that is no part of the message', () => {
  const message = smsMessageFrom(Buffer.from('hello'), { ...metadata, traceparent: '00-1-2-01' });

  expect(Object.keys(message)).toEqual(['to', 'text', 'messageId']);
});

test.each([
  ['toNumber', '01012345678'],
  ['toNumber', '+0101234567'],
  ['toNumber', '+82 10 1234 5678'],
  ['toNumber', '+8210123456789012'],
  // Twelve digits as any other, but no such number is given out in Korea.
  ['toNumber', '+829912345678'],
  ['toNumber', ''],
  ['messageId', 'order 1'],
  ['messageId', 'm'.repeat(201)],
  ['messageId', ''],
])('When %s is %p, then the sentence names the field and not the value', (field, value) => {
  const sentence = sentenceOn(Buffer.from('hello'), { ...metadata, [field]: value });

  expect(sentence).toMatch(new RegExp(`^metadata\\.${field} must `));
  expect(sentence).not.toMatch(/\d{5}/);
});

test.each(['', '""', 'null'])('When the data is %p, then there is nothing to send', (data) => {
  expect(sentenceOn(Buffer.from(data), metadata)).toBe('data must not be empty.');
});

test('When everything is missing, then everything is named', () => {
  expect(sentenceOn(Buffer.from(''), {})).toMatch(/toNumber must .* data must .* metadata\.messageId must /);
});

function sentenceOn(data: Buffer, given: Record<string, string>): string {
  try {
    smsMessageFrom(data, given);
  } catch (error) {
    if (error instanceof InvalidSms) return error.message;
    throw error;
  }
  throw new Error('The call was taken for a message.');
}
