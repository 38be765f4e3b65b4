import { SidecarError } from '../sidecar';
import { createAskAgain } from './askAgain';

const cut = new SidecarError('refused', 'actor Order.place', 'cut', 500);

/** A clock that only waiting and asking move on, and an actor that answers after so many calls that broke. */
function world({ breaks, takesMs = 0, error = cut }: { breaks: number; takesMs?: number; error?: Error }) {
  let nowMs = 0;
  const asked: { atMs: number; isRepeat: boolean }[] = [];
  const askAgain = createAskAgain({
    now: () => nowMs,
    wait: async (ms) => {
      nowMs += ms;
    },
  });
  const answer = () =>
    askAgain(async (isRepeat) => {
      asked.push({ atMs: nowMs, isRepeat });
      nowMs += takesMs;
      if (asked.length <= breaks) throw error;
      return 'answer';
    });
  return { asked, answer };
}

describe('Asking an actor', () => {
  test('When it answers, then it is asked once', async () => {
    const { asked, answer } = world({ breaks: 0 });
    expect(await answer()).toBe('answer');
    expect(asked).toEqual([{ atMs: 0, isRepeat: false }]);
  });

  test('When its turns are cut, then it is asked again, ever more rarely, and told that it is', async () => {
    const { asked, answer } = world({ breaks: 3 });
    expect(await answer()).toBe('answer');
    expect(asked.map(({ isRepeat }) => isRepeat)).toEqual([false, true, true, true]);
    expect(asked.map(({ atMs }) => atMs)).toEqual([0, 50, 150, 350]);
  });

  test.each([0, 900])(
    'When it stays away, and takes %i ms to say so, then who asks hears of it after some seconds',
    async (takesMs) => {
      const { asked, answer } = world({ breaks: 1_000, takesMs });
      await expect(answer()).rejects.toThrow('cut');
      expect(asked.length).toBeGreaterThan(3);
      expect(asked.at(-1)?.atMs).toBeLessThan(5_000);
    },
  );

  test('When it gives no answer within its deadline, then it is not asked again', async () => {
    const { asked, answer } = world({ breaks: 1, takesMs: 5_000 });
    await expect(answer()).rejects.toThrow('cut');
    expect(asked).toHaveLength(1);
  });

  test('When something else is wrong, then it is not asked again', async () => {
    const { asked, answer } = world({ breaks: 1, error: new Error('no such method') });
    await expect(answer()).rejects.toThrow('no such method');
    expect(asked).toHaveLength(1);
  });
});
