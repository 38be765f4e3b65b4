import { isFinal, smsSender } from './smsSender';

const message = {
  to: '+821012345678',
  text: '예약이 확정되었습니다.',
  kind: 'SMS' as const,
  messageId: 'order-1.3',
};

test('When a message is sent, then the call is of the form that Dapr’s own SMS bindings take', async () => {
  const send = jest.fn(async () => ({ providerId: 'sns-1' }));

  expect(await smsSender({ send })(message)).toBe('sns-1');
  expect(send.mock.calls).toEqual([
    ['sms', '예약이 확정되었습니다.', { toNumber: '+821012345678', messageId: 'order-1.3', kind: 'SMS' }],
  ]);
});

test('When the binding answers nothing, then the message is sent without an id', async () => {
  expect(await smsSender({ send: async () => ({}) })(message)).toBeUndefined();
});

test('When the binding fails, then its failure comes through', async () => {
  const send = () => Promise.reject(new Error('code = Unavailable'));

  await expect(smsSender({ send })(message)).rejects.toThrow('code = Unavailable');
});

test.each([
  ['rpc error: code = InvalidArgument desc = metadata.toNumber must be …', true],
  ['rpc error: code = FailedPrecondition desc = number_unreachable: …', true],
  ['error from Twilio (400): 400 Bad Request', true],
  ['rpc error: code = Unavailable desc = …', false],
  ['rpc error: code = Internal desc = …', false],
  ['error from Twilio (401): 401 Unauthorized', false],
  ['error from Twilio (429): 429 Too Many Requests', false],
  ['no answer within 5000 ms', false],
])('When the failure is "%s", then that it is final is %p', (failure, final) => {
  expect(isFinal(failure)).toBe(final);
});
