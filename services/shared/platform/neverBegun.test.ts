import { createSurelySend, type Sent } from './neverBegun';

const nobody: Sent = {
  status: 500,
  headers: {},
  text: '{"errorCode":"ERR_DIRECT_INVOKE","message":"transport: Error while dialing: refused"}',
};
const unwell: Sent = {
  status: 500,
  headers: {},
  text: '{"errorCode":"ERR_DIRECT_INVOKE","message":"error invoking app channel: rpc error: code = Internal desc = app is not in a healthy state"}',
};
const leaving: Sent = { status: 202, headers: { 'x-not-begun': '1' }, text: '{}' };
const taken: Sent = { status: 200, headers: {}, text: '{}' };

/** Answers in turn, and `taken` after them. */
function answering(...answers: Sent[]) {
  let sends = 0;
  const send = async () => {
    sends += 1;
    return answers.shift() ?? taken;
  };
  return { send, sends: () => sends };
}

describe('A request', () => {
  test.each([
    ['nobody is at the address', nobody],
    ['who was asked is about to go', leaving],
  ])('When %s, then it is sent again', async (_why, first) => {
    const { send, sends } = answering(first, first);
    expect(await createSurelySend()('payment', send, 2_000)).toBe(taken);
    expect(sends()).toBe(3);
  });

  test.each([
    ['it was cut in the middle', { ...nobody, text: nobody.text.replace('Error while dialing', 'reset') }],
    ['a service says something like it', { ...nobody, status: 422 }],
    ['a sidecar has not found its app well, and nobody asked to wait for that', unwell],
  ])('When %s, then it is not: it may have worked', async (_why, first) => {
    const { send, sends } = answering(first);
    expect(await createSurelySend()('payment', send, 2_000)).toBe(first);
    expect(sends()).toBe(1);
  });

  test.each([
    ['is well soon', 2, taken, 3, 3],
    ['is down', 100, unwell, 2, 8],
  ])(
    'When a sidecar has not found its app well, which %s, then it is sent again for a moment',
    async (_how, times, last, atLeast, atMost) => {
      const { send, sends } = answering(...Array.from({ length: times }, () => unwell));
      expect(await createSurelySend({ unwellMs: 300 })('order', send, 5_000)).toBe(last);
      // In all of the five seconds there would be some fifteen.
      expect(sends() >= atLeast && sends() <= atMost).toBe(true);
    },
  );

  test('When a service says in its own words that it is not well, then it is not sent again', async () => {
    const own = { ...unwell, text: '{"title":"app is not in a healthy state"}' };
    const { send, sends } = answering(own);
    expect(await createSurelySend({ unwellMs: 300 })('order', send, 5_000)).toBe(own);
    expect(sends()).toBe(1);
  });

  test('When nobody begins it in time, then the last answer is what its caller gets', async () => {
    const { send, sends } = answering(...Array.from({ length: 100 }, () => nobody));
    expect(await createSurelySend()('payment', send, 300)).toBe(nobody);
    expect(sends()).toBeGreaterThan(2);
  });

  test('When many find nobody at once, then one looks on behalf of all, and those to other apps go their way', async () => {
    const surelySend = createSurelySend();
    let isThere = false;
    let inVain = 0;
    const send = async () => {
      if (isThere) return taken;
      inVain += 1;
      return nobody;
    };
    const all = Array.from({ length: 8 }, () => surelySend('payment', send, 5_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = surelySend('payment', send, 5_000);
    expect(await surelySend('reservation', async () => taken, 5_000)).toBe(taken);
    await new Promise((resolve) => setTimeout(resolve, 400));
    isThere = true;
    expect(await Promise.all([...all, late])).toEqual(Array(9).fill(taken));
    // Each its first, and the one that looks a few: with each for itself there were 8 times as many.
    expect(inVain).toBeLessThan(8 + 5);
  });

  test('When the one that looks breaks, then another does', async () => {
    const surelySend = createSurelySend();
    let sends = 0;
    const breaks = async () => {
      sends += 1;
      if (sends > 1) throw new Error('the sidecar is gone');
      return nobody;
    };
    const { send } = answering(nobody, nobody);
    const [first, second] = await Promise.allSettled([
      surelySend('payment', breaks, 2_000),
      surelySend('payment', send, 2_000),
    ]);
    expect([first.status, second]).toEqual(['rejected', { status: 'fulfilled', value: taken }]);
  });
});
