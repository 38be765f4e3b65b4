import { CannotStart, readConfig } from './config';

test('When only the socket is set, then the rest has its defaults', () => {
  expect(readConfig({ SMS_SOCKET: '/run/dapr/sms.sock', SMS_LOG_FILE: '', LOG_LEVEL: '' })).toEqual({
    socketPath: '/run/dapr/sms.sock',
    logFile: undefined,
    logLevel: 'info',
  });
});

test('When the socket path is relative, then it is taken from the working folder', () => {
  expect(readConfig({ SMS_SOCKET: 'sms.sock' }).socketPath).toBe(`${process.cwd()}/sms.sock`);
});

test.each([
  ['SMS_SOCKET', {}],
  ['SMS_SOCKET', { SMS_SOCKET: '/run/dapr/text.sock' }],
  ['SMS_SOCKET', { SMS_SOCKET: `/${'long'.repeat(30)}/sms.sock` }],
  ['LOG_LEVEL', { SMS_SOCKET: '/run/dapr/sms.sock', LOG_LEVEL: 'loud' }],
])('When %s is wrong in %p, then the message names it', (variable, env) => {
  expect(() => readConfig(env)).toThrow(CannotStart);
  expect(() => readConfig(env)).toThrow(new RegExp(`^${variable} must .+\\.$`));
});
