import request from 'supertest';
import { createHttpApp } from '../../shared/platform/httpApp';
import { createLogger } from '../../shared/platform/logger';
import { faultRoutes } from './faults';
import { createPaymentDelay, delayRange } from './paymentDelay';

const log = createLogger('test', 'silent');

function appWith(paymentDelayMs: string) {
  const delay = createPaymentDelay(delayRange.parse(paymentDelayMs));
  return { delay, app: createHttpApp({ log, routers: [faultRoutes({ delay, log })] }) };
}

test.each([
  ['0', { leastMs: 0, mostMs: 0 }],
  ['300', { leastMs: 300, mostMs: 300 }],
  ['0-600', { leastMs: 0, mostMs: 600 }],
])('When the delay is set to %s, then it says so, and is so', async (paymentDelayMs, range) => {
  const { app, delay } = appWith('7');
  const put = await request(app).put('/faults').send({ paymentDelayMs });
  expect([put.status, put.body]).toEqual([200, { paymentDelayMs }]);
  expect((await request(app).get('/faults')).body).toEqual({ paymentDelayMs });
  expect(delay.range).toEqual(range);
});

test.each(['', '-1', '600-0', 'soon', '1.5', '0-600-900', '1000000'])(
  'When the delay is to be "%s", then that is refused, and it stays as it was',
  async (paymentDelayMs) => {
    const { app } = appWith('7');
    const { status, body } = await request(app).put('/faults').send({ paymentDelayMs });
    expect([status, body.errors?.[0].pointer]).toEqual([422, '/paymentDelayMs']);
    expect((await request(app).get('/faults')).body).toEqual({ paymentDelayMs: '7' });
  },
);

test.each([
  ['another service, by a sidecar', { 'dapr-caller-app-id': 'gateway' }],
  ['a proxy', { 'x-forwarded-for': '203.0.113.7' }],
  ['a proxy of the newer kind', { forwarded: 'for=203.0.113.7' }],
])('When it is asked by %s, then there is nothing there', async (_who, headers) => {
  const { app } = appWith('7');
  const put = await request(app).put('/faults').set(headers).send({ paymentDelayMs: '600' });
  expect([put.status, put.body.code]).toEqual([404, 'not_found']);
  expect((await request(app).get('/faults').set(headers)).status).toBe(404);
  expect((await request(app).get('/faults')).body).toEqual({ paymentDelayMs: '7' });
});

test.each([
  [0, 100],
  [0.5, 350],
  [1, 600],
])('When chance says %f, then payment is held up so much of the way between the two', async (chance, ms) => {
  const sleep = jest.fn(async () => {});
  await createPaymentDelay({ leastMs: 100, mostMs: 600 }, () => chance, sleep).wait();
  expect(sleep.mock.calls).toEqual([[ms]]);
});

test('When there is no delay, then nothing waits', async () => {
  const sleep = jest.fn(async () => {});
  await createPaymentDelay({ leastMs: 0, mostMs: 0 }, () => 1, sleep).wait();
  expect(sleep).not.toHaveBeenCalled();
});
