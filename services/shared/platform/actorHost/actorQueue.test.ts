import { ActorQueue } from './actorQueue';

/** A turn that ends when it is told to, and notes when it begins. */
function turn(name: string, begun: string[]) {
  let end = (_result: string | Error) => {};
  const ended = new Promise<string>((resolve, reject) => {
    end = (result) => (typeof result === 'string' ? resolve(result) : reject(result));
  });
  return {
    end: (result: string | Error) => end(result),
    run: () => {
      begun.push(name);
      return ended;
    },
  };
}

/** Long enough for everything that is ready to run to have run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('turns of one actor', () => {
  test('When several arrive at once, then each begins when the one before has ended, in the order of arrival', async () => {
    const queue = new ActorQueue();
    const begun: string[] = [];
    const [a, b, c] = [turn('a', begun), turn('b', begun), turn('c', begun)];
    const results = Promise.all([a, b, c].map(({ run }) => queue.run('Order/1', run)));

    await settled();
    expect(begun).toEqual(['a']);
    c.end('third');
    b.end('second');
    await settled();
    expect(begun).toEqual(['a']);
    a.end('first');

    expect(await results).toEqual(['first', 'second', 'third']);
    expect(begun).toEqual(['a', 'b', 'c']);
  });

  test('When one fails, then only its caller hears of it, and the next runs', async () => {
    const queue = new ActorQueue();
    const failing = queue.run('Order/1', () => Promise.reject(new Error('no')));
    const next = queue.run('Order/1', async () => 'yes');

    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('yes');
  });

  test('When one throws before it is a promise, then the next runs all the same', async () => {
    const queue = new ActorQueue();
    const failing = queue.run('Order/1', () => {
      throw new Error('at once');
    });
    const next = queue.run('Order/1', async () => 'yes');

    await expect(failing).rejects.toThrow('at once');
    expect(await next).toBe('yes');
  });

  test('When a turn arrives while another is under way, then it waits too', async () => {
    const queue = new ActorQueue();
    const begun: string[] = [];
    const [a, b] = [turn('a', begun), turn('b', begun)];
    const first = queue.run('Order/1', a.run);
    await settled();

    const second = queue.run('Order/1', b.run);
    await settled();
    expect(begun).toEqual(['a']);
    a.end('');
    await first;
    b.end('');
    await second;
    expect(begun).toEqual(['a', 'b']);
  });
});

test('When turns are of different actors, then none waits for another', async () => {
  const queue = new ActorQueue();
  const begun: string[] = [];
  const [a, b] = [turn('a', begun), turn('b', begun)];
  const first = queue.run('Order/1', a.run);
  const second = queue.run('Order/2', b.run);

  b.end('b');
  expect(await second).toBe('b');
  a.end('a');
  expect(await first).toBe('a');
});

describe('idle', () => {
  test('When nothing is under way, then it is idle at once', async () => {
    const queue = new ActorQueue();
    await queue.run('Order/1', async () => {});

    await expect(queue.idle()).resolves.toBeUndefined();
  });

  test('When turns run, wait or fail, then it is idle after the last of them', async () => {
    const queue = new ActorQueue();
    const begun: string[] = [];
    const [a, b, other] = [turn('a', begun), turn('b', begun), turn('other', begun)];
    const failing = queue.run('Order/1', a.run);
    void queue.run('Order/1', b.run);
    void queue.run('Order/2', other.run);
    let isIdle = false;
    const idle = queue.idle().then(() => {
      isIdle = true;
    });

    a.end(new Error('no'));
    await expect(failing).rejects.toThrow('no');
    other.end('');
    await settled();
    expect([begun, isIdle]).toEqual([['a', 'other', 'b'], false]);
    b.end('');

    await idle;
  });

  test('When a turn queues another while somebody waits for quiet, then that one is waited for as well', async () => {
    const queue = new ActorQueue();
    const ended: string[] = [];
    void queue.run('Order/1', async () => {
      void queue.run('Order/2', async () => {
        await settled();
        ended.push('second');
      });
      ended.push('first');
    });

    await queue.idle();

    expect(ended).toEqual(['first', 'second']);
  });
});
