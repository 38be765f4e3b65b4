import { callsIn, isAfterMyPage, isDurableWrite, kindOf } from './sidecarCalls';

const id = '01a2b3c4-0000-7000-8000-000000000001';

describe('The kind of a call', () => {
  test.each([
    [`PUT /v1.0/actors/Order/${id}/method/place`, 'PUT /v1.0/actors/Order/{id}/method/place'],
    ['PUT /v1.0/actors/Slot/center10_2026-11-24/method/hold', 'PUT /v1.0/actors/Slot/{id}/method/hold'],
    [
      'POST /v1.0/actors/Slot/seoul_2026-11-24/reminders/sweep.2',
      'POST /v1.0/actors/Slot/{id}/reminders/sweep',
    ],
    ['POST /v1.0/publish/pubsub/orders?metadata.partitionKey=x', 'POST /v1.0/publish/pubsub/orders'],
    [`GET /v1.0/invoke/order/method/orders/${id}`, 'GET /v1.0/invoke/order/method/orders/{id}'],
  ])('When it is %s, then ids are left out', (call, kind) => {
    expect(kindOf(call)).toBe(kind);
  });

  test('When it is a write of an actor, a reminder or an event, then it is on the disk once answered; a read is not', () => {
    const durable = [
      'POST /v1.0/actors/Order/{id}/state',
      'POST /v1.0/actors/Slot/{id}/reminders/sweep',
      'POST /v1.0/publish/pubsub/orders',
    ];
    expect(durable.filter(isDurableWrite)).toEqual(durable);
    expect(isDurableWrite('GET /v1.0/actors/Order/{id}/state/v1')).toBe(false);
    expect(isDurableWrite('PUT /v1.0/actors/Order/{id}/method/place')).toBe(false);
  });

  test('When it is a visit, a message or a reminder, then it is after my page shows the booking', () => {
    expect(isAfterMyPage('PUT /v1.0/actors/Order/{id}/method/resolve')).toBe(true);
    expect(isAfterMyPage('POST /v1.0/bindings/sms')).toBe(true);
    expect(isAfterMyPage('PUT /v1.0/actors/Order/{id}/method/takeIn')).toBe(false);
  });
});

test("When a sidecar's log is read, then each call to its API is one, and looks at its health are none", () => {
  const log = [
    'time="2026-11-24T01:00:00Z" level=info msg="HTTP API Called" method="PUT /v1.0/actors/Order/o-1/method/place" scope=dapr.runtime.http-info ver=1.18.1',
    'time="2026-11-24T01:00:00Z" level=info msg="HTTP API Called" method="GET /v1.0/healthz/outbound" scope=dapr.runtime.http-info ver=1.18.1',
    'time="2026-11-24T01:00:00Z" level=info msg="gRPC API Called" method="/dapr.proto.runtime.v1.Dapr/PublishEvent" scope=dapr.runtime.grpc-info ver=1.18.1',
    'time="2026-11-24T01:00:00Z" level=warning msg="method= of nothing" scope=dapr.runtime',
  ].join('\n');

  expect(callsIn(log)).toEqual([
    'PUT /v1.0/actors/Order/{id}/method/place',
    '/dapr.proto.runtime.v1.Dapr/PublishEvent',
  ]);
});
