import { watchActors } from './actorSilence';
import { SidecarError } from './sidecar';

const timedOut = () => Promise.reject(new SidecarError('timeout', 'actor Order.place', 'no answer'));
const refused = () =>
  Promise.reject(new SidecarError('refused', 'actor Order.place', 'the turn failed', 500));

function watched() {
  let now = 0;
  const actors = watchActors(() => now);
  /** So many calls, some seconds apart. */
  const call = async (how: () => Promise<unknown>, count: number, seconds: number) => {
    for (let i = 0; i < count; i++) {
      now += seconds * 1_000;
      await actors.watch(how()).catch(() => {});
    }
  };
  return { actors, call, pass: (seconds: number) => (now += seconds * 1_000) };
}

test('While actors answer, then they are not silent', async () => {
  const { actors, call } = watched();
  await call(async () => 'done', 100, 1);
  expect(actors.areSilent()).toBe(false);
});

test('When every call has waited in vain for half a minute, then they are', async () => {
  const { actors, call } = watched();
  await call(timedOut, 30, 1);
  expect(actors.areSilent()).toBe(false);
  await call(timedOut, 2, 1);
  expect(actors.areSilent()).toBe(true);
});

test.each([
  ['answered', async () => 'done'],
  ['refused', refused],
])('When one of them is %s, then they are not', async (_how, how) => {
  const { actors, call } = watched();
  await call(timedOut, 60, 1);
  await call(how, 1, 1);
  expect(actors.areSilent()).toBe(false);
  await call(timedOut, 20, 1);
  expect(actors.areSilent()).toBe(false);
});

test('When few were called, then it may be they who hang', async () => {
  const { actors, call } = watched();
  await call(timedOut, 9, 60);
  expect(actors.areSilent()).toBe(false);
});

test('When nobody calls any more, then who was silent gets another chance', async () => {
  const { actors, call, pass } = watched();
  await call(timedOut, 40, 1);
  expect(actors.areSilent()).toBe(true);
  pass(21);
  expect(actors.areSilent()).toBe(false);
});
