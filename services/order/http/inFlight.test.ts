import { RefusedError } from '../../shared/platform/problem';
import { createInFlight } from './inFlight';

/** Work that ends when it is told to. */
function slow<Answer>(answer: Answer) {
  let end = () => {};
  let fail = (_error: Error) => {};
  const done = new Promise<Answer>((resolve, reject) => {
    end = () => resolve(answer);
    fail = reject;
  });
  const work = jest.fn(() => done);
  return { work, end: () => end(), fail: (error: Error) => fail(error) };
}

async function refusalOf(running: Promise<unknown>) {
  const error = await running.then(
    () => undefined,
    (thrown) => thrown,
  );
  return error instanceof RefusedError ? error.refusal : error;
}

const at = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('When a repeat comes while the first is handled, then it waits for it, and only then is handled itself', async () => {
  const inFlight = createInFlight(1_000);
  const [first, second] = [slow('first'), slow('second')];
  const one = inFlight('id', 'same', first.work);
  const two = inFlight('id', 'same', second.work);
  await at(5);
  expect(second.work).not.toHaveBeenCalled();
  first.end();
  expect(await one).toBe('first');
  second.end();
  expect(await two).toBe('second');
});

test('When the first takes too long, then the repeat is told that it is in flight, and does nothing', async () => {
  const inFlight = createInFlight(10);
  const [first, second] = [slow('first'), slow('second')];
  const one = inFlight('id', 'same', first.work);
  expect(await refusalOf(inFlight('id', 'same', second.work))).toMatchObject({
    refused: 'request_in_flight',
    retryAfterSeconds: 1,
  });
  expect(second.work).not.toHaveBeenCalled();
  first.end();
  expect(await one).toBe('first');
});

test('When another body comes under the key meanwhile, then it is told so at once', async () => {
  const inFlight = createInFlight(60_000);
  const [first, other] = [slow('first'), slow('other')];
  const one = inFlight('id', 'a body', first.work);
  expect(await refusalOf(inFlight('id', 'another body', other.work))).toMatchObject({
    refused: 'idempotency_key_reused',
  });
  expect(other.work).not.toHaveBeenCalled();
  first.end();
  await one;
});

test('When the first fails, then the repeat is handled all the same', async () => {
  const inFlight = createInFlight(1_000);
  const [first, second] = [slow('first'), slow('second')];
  const one = inFlight('id', 'same', first.work);
  const two = inFlight('id', 'same', second.work);
  first.fail(new Error('no'));
  await expect(one).rejects.toThrow('no');
  second.end();
  expect(await two).toBe('second');
});

test('When requests have other ids, then they do not wait for each other', async () => {
  const inFlight = createInFlight(60_000);
  const [first, second] = [slow('first'), slow('second')];
  const one = inFlight('id', 'same', first.work);
  second.end();
  expect(await inFlight('another', 'same', second.work)).toBe('second');
  first.end();
  await one;
});

test('When all are done, then another body is met by whoever knows, not here', async () => {
  const inFlight = createInFlight(10);
  for (const body of ['a body', 'another body']) {
    const { work, end } = slow(body);
    end();
    expect(await inFlight('id', body, work)).toBe(body);
  }
});
