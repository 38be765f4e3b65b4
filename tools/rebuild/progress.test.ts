import { readProgress } from './progress';

test('When lines come in pieces, then each is told once, and the last is the answer', async () => {
  const told: object[] = [];
  const whole =
    '{"state":"running","orders":0}\n{"state":"running","orders":1}\n{"state":"done","orders":2}\n';
  for (const size of [1, 7, 31, 1_000]) {
    told.length = 0;
    expect(await readProgress(answer(whole, size), (soFar) => told.push(soFar))).toEqual({ orders: 2 });
    expect(told).toEqual([{ orders: 0 }, { orders: 1 }]);
  }
});

test.each([
  ['{"state":"failed","orders":1,"reason":"order answered 503"}\n', 'order answered 503'],
  ['{"state":"running","orders":1}\n', 'the answer broke off'],
  ['', 'the answer broke off'],
])('When the answer is %j, then it is a failure', async (whole, reason) => {
  await expect(readProgress(answer(whole, 100), () => {})).rejects.toThrow(reason);
});

test('When it is another answer, then it is a failure', async () => {
  await expect(readProgress(new Response('{}', { status: 404 }), () => {})).rejects.toThrow('answered 404');
});

function answer(whole: string, size: number): Response {
  const bytes = new TextEncoder().encode(whole);
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.slice(i * size, i * size + size),
  );
  return new Response(
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    }),
  );
}
