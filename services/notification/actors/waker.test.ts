import { createLogger } from '../../shared/platform/logger';
import { createWaker } from './waker';

const log = createLogger('test', 'fatal');

/** Something to wait for, and how to let it happen. */
function moment() {
  let waiting: (() => void)[] = [];
  return {
    come: () => new Promise<void>((resolve) => waiting.push(resolve)),
    async pass() {
      for (const go of waiting) go();
      waiting = [];
      await new Promise(setImmediate);
    },
  };
}

describe('When dispatchers are to be woken', () => {
  test('then all that comes while they gather is one waking of each shard', async () => {
    const woken: number[] = [];
    const { come: gather, pass } = moment();
    const wake = createWaker({ wakeShard: async (shard) => woken.push(shard), gather, log });
    for (const shard of [1, 2, 1, 1]) wake(shard);
    expect(woken).toEqual([]);
    await pass();
    expect(woken).toEqual([1, 2]);
    await pass();
    expect(woken).toEqual([1, 2]);
  });

  test('and one comes while its shard is awake, then it is woken once more, afterwards', async () => {
    const woken: number[] = [];
    const gathering = moment();
    const dispatching = moment();
    const wakeShard = (shard: number) => {
      woken.push(shard);
      return dispatching.come();
    };
    const wake = createWaker({ wakeShard, gather: gathering.come, log });
    wake(3);
    await gathering.pass();
    wake(3);
    wake(3);
    await gathering.pass();
    expect(woken).toEqual([3]);
    await dispatching.pass();
    await gathering.pass();
    expect(woken).toEqual([3, 3]);
    await dispatching.pass();
    await gathering.pass();
    expect(woken).toEqual([3, 3]);
  });

  test('and a waking fails, then the next one is tried all the same', async () => {
    const woken: number[] = [];
    const wakeShard = (shard: number) => {
      woken.push(shard);
      return Promise.reject(new Error('no host'));
    };
    const wake = createWaker({ wakeShard, gather: async () => {}, log });
    for (const _time of [1, 2]) {
      wake(5);
      await new Promise(setImmediate);
    }
    expect(woken).toEqual([5, 5]);
  });
});
