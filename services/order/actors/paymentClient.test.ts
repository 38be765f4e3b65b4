import { type ChargeRequest, chargePaths } from '../../shared/contracts/charges';
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
  const client = createPaymentClient(sidecar as Sidecar, { bookingAppId: 'payment.centres' });
  return { client, calls };
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error) => error,
  );
}

test('When a booking waits for an answer, then payment is called by its long name; when one is settled, by the other', async () => {
  const { client, calls } = clientOf(async () => ({ status: 200, body: { outcome: 'closed' } }));
  const request = {} as never;
  await failureOf(client.tokenize('4242'));
  for (const ask of [client.charge, client.close, client.cancel, client.withdrawCancel, client.supplement]) {
    await failureOf(ask(request));
  }
  expect(calls.map(({ appId, path }) => [path, appId])).toEqual([
    [chargePaths.cards, 'payment.centres'],
    [chargePaths.charges, 'payment.centres'],
    [chargePaths.close, 'payment'],
    [chargePaths.cancel, 'payment'],
    [chargePaths.withdrawCancel, 'payment'],
    [chargePaths.supplement, 'payment'],
  ]);
});

test.each<[SidecarFailure, boolean]>([
  ['timeout', false],
  ['unreachable', false],
  ['refused', false],
  ['cut off', false],
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

describe("When a booking's call fails", () => {
  const request = { orderId, attempt: orderId } as unknown as ChargeRequest;
  const cut = new SidecarError('refused', 'invoke', 'connection reset', 500);

  test('at once, then it is made once more', async () => {
    let fails = 1;
    const { client, calls } = clientOf(async () => {
      if (fails-- > 0) throw cut;
      return { status: 200, body: { outcome: 'opened' } };
    });
    expect(await client.charge({ ...request, isFresh: true })).toEqual({ outcome: 'opened' });
    expect(calls.map(({ body }) => body)).toEqual([{ ...request, isFresh: true }, request]);
  });

  test('because the way to payment was taken down, then it is made once more, however long it took', async () => {
    let fails = 1;
    const { client, calls } = clientOf(async () => {
      if (fails-- === 0) return { status: 200, body: { outcome: 'opened' } };
      await new Promise((resolve) => setTimeout(resolve, 200));
      throw new SidecarError('cut off', 'invoke', 'the client connection is closing', 500);
    });
    expect(await client.charge({ ...request, isFresh: true })).toEqual({ outcome: 'opened' });
    expect(calls.map(({ body }) => body)).toEqual([{ ...request, isFresh: true }, request]);
  });

  test('at once, twice, then payment is unreachable', async () => {
    const { client, calls } = clientOf(() => Promise.reject(cut));
    expect(await failureOf(client.charge(request))).toBeInstanceOf(PaymentUnreachable);
    expect(calls).toHaveLength(2);
  });

  test.each<[string, () => Promise<never>]>([
    ['after a while', () => new Promise((_resolve, reject) => setTimeout(() => reject(cut), 200))],
    ['for an open breaker', () => Promise.reject(new SidecarError('breaker open', 'invoke', 'open', 500))],
  ])('%s, then it is not made again', async (_how, answer) => {
    const { client, calls } = clientOf(answer);
    expect(await failureOf(client.charge(request))).toBeInstanceOf(PaymentUnreachable);
    expect(calls).toHaveLength(1);
  });
});

test('When payment answers with an error of its own, then that is no outcome, and no breaker', async () => {
  const { client } = clientOf(async () => ({ status: 503, body: { code: 'service_unavailable' } }));
  const error = await failureOf(client.close({ orderId, attempt: orderId, intent: 'abandon' }));
  expect(error).toBeInstanceOf(PaymentUnreachable);
  expect((error as PaymentUnreachable).isBreakerOpen).toBe(false);
});
