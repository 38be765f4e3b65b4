import { chargePaths } from '../../shared/contracts/charges';
import {
  type Invocation,
  type Sidecar,
  SidecarError,
  type SidecarFailure,
} from '../../shared/platform/sidecar';
import { createPaymentClient, PaymentUnreachable } from './paymentClient';

const orderId = '01981a2b-3c4d-7e5f-8a9b-0c1d2e3f4a5b';

function clientOf(answer: () => Promise<{ status: number; body: unknown }>) {
  const calls: Invocation[] = [];
  const sidecar: Partial<Sidecar> = {
    async invoke(call) {
      calls.push(call);
      return { headers: {}, ...(await answer()) };
    },
  };
  const client = createPaymentClient(sidecar as Sidecar, { settlingAppId: 'payment.centres' });
  return { client, calls };
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error) => error,
  );
}

test('When a booking waits for an answer, then payment is called by its name; when one is settled, by the other', async () => {
  const { client, calls } = clientOf(async () => ({ status: 200, body: { outcome: 'closed' } }));
  const request = {} as never;
  await failureOf(client.tokenize('4242'));
  for (const ask of [client.charge, client.close, client.cancel, client.withdrawCancel, client.supplement]) {
    await failureOf(ask(request));
  }
  expect(calls.map(({ appId, path }) => [path, appId])).toEqual([
    [chargePaths.cards, 'payment'],
    [chargePaths.charges, 'payment'],
    [chargePaths.close, 'payment.centres'],
    [chargePaths.cancel, 'payment.centres'],
    [chargePaths.withdrawCancel, 'payment.centres'],
    [chargePaths.supplement, 'payment.centres'],
  ]);
});

test.each<[SidecarFailure, boolean]>([
  ['timeout', false],
  ['unreachable', false],
  ['refused', false],
  ['breaker open', true],
])(
  'When the sidecar fails with "%s", then payment is unreachable, and the breaker open: %s',
  async (failure, isBreakerOpen) => {
    const { client } = clientOf(() => Promise.reject(new SidecarError(failure, 'invoke', 'text')));
    const error = await failureOf(client.close({ orderId, attempt: orderId, intent: 'abandon' }));
    expect(error).toBeInstanceOf(PaymentUnreachable);
    expect((error as PaymentUnreachable).isBreakerOpen).toBe(isBreakerOpen);
  },
);

test('When payment answers with an error of its own, then that is no outcome, and no breaker', async () => {
  const { client } = clientOf(async () => ({ status: 503, body: { code: 'service_unavailable' } }));
  const error = await failureOf(client.close({ orderId, attempt: orderId, intent: 'abandon' }));
  expect(error).toBeInstanceOf(PaymentUnreachable);
  expect((error as PaymentUnreachable).isBreakerOpen).toBe(false);
});
