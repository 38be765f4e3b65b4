import { expectLaws, orderId, placeInput, worldWith } from './laws.sample';
import { goodCard } from './payment.sample';
import { OrderProcess, World } from './world.sample';

// For tests: whatever dies, fails or comes between, seat, quota, money and what was told agree once all is at rest.

export type Begin = () => Promise<World>;
export type Act = (process: OrderProcess) => Promise<unknown>;

interface Schedule {
  begin: Begin;
  act: Act;
  /** What comes once more when all is healed. */
  again?: Act | undefined;
}

export const decide =
  (decision: string): Act =>
  (process) =>
    process.order(orderId, 'decide', { reservationId: 'r', decision });
export const move =
  (input: object): Act =>
  (process) =>
    process.order(orderId, 'move', input);
export const place =
  (input: object = {}): Act =>
  (process) =>
    process.order(orderId, 'place', { ...placeInput, ...input });
export const cancel: Act = (process) => process.order(orderId, 'cancel');
export const pay: Act = async ({ world }) => world.pay(orderId);
const wait =
  (seconds: number): Act =>
  async (process) => {
    process.world.pass(seconds);
    await process.tick();
  };
export const visit = wait(30);
export const overdueVisit = wait(31 * 60);
const oneAfterAnother =
  (...all: Act[]): Act =>
  async (process) => {
    for (const each of all) await each(process);
  };

export const nothing: Begin = async () => new World();
export const paid: Begin = () => worldWith('paid');
export const unpaid: Begin = () => worldWith('unpaid');
export const confirmed: Begin = () => worldWith('confirmed');

/** Its first visit is still to come. */
export const justPlaced: Begin = async () => {
  const world = new World();
  await place({ card: goodCard })(new OrderProcess(world));
  return world;
};

/** Payment brings no answer, though it charges. */
export const placeCutOff: Act = async (process) => {
  process.after = async ({ what }) => {
    if (what === 'payment.charge') throw new Error('no answer');
  };
  await place({ card: goodCard })(process);
  process.after = async () => {};
};

export const chargeCutOff: Begin = async () => {
  const world = new World();
  await placeCutOff(new OrderProcess(world));
  return world;
};

/** The same, and payment died before it wrote down what it had charged; then it was placed again. */
export const placedTwice: Begin = async () => {
  const world = await chargeCutOff();
  Object.assign(world.payment.book(orderId), { status: 'none', attempt: '' });
  await place({ card: goodCard })(new OrderProcess(world));
  return world;
};

/** The customer's cancellation had no answer: payment never heard of it, or it did. */
export const cancelCutOff =
  (moment: 'before' | 'after'): Begin =>
  async () => {
    const world = await worldWith('paid');
    const process = new OrderProcess(world);
    process[moment] = async ({ what }) => {
      if (what === 'payment.cancel') throw new Error('no answer');
    };
    await cancel(process);
    return world;
  };

const neighbour = { holdId: 'another order', ticket: 'its ticket' };

const others: [string, Act][] = [
  ['a cancellation', cancel],
  ['a cancellation, then visits', oneAfterAnother(cancel, visit)],
  ['the customer paying', pay],
  ['the customer paying, then a cancellation', oneAfterAnother(pay, cancel)],
  ['the customer paying, then a move', oneAfterAnother(pay, move({ orderType: 'small', time: '09:00' }))],
  ['a move to something dearer', move({ orderType: 'grand' })],
  ['a move to something cheaper', move({ orderType: 'small' })],
  ['a move to another day', move({ date: '2026-11-25' })],
  [
    'two moves, then visits',
    oneAfterAnother(move({ orderType: 'grand' }), move({ orderType: 'small' }), visit),
  ],
  ['the decision to cancel', decide('canceled')],
  ['the decision to confirm', decide('confirmed')],
  ['the decision to reject', decide('rejected')],
  ['visits', visit],
  ['visits when payment is overdue', overdueVisit],
];

/** Declares the tests of some acts: died in, failed in, and met by whatever else may come, at each of their calls. */
export function allAgreesWhen(acts: readonly [name: string, begin: Begin, act: Act][]): void {
  describe.each(acts)('When %s', (name, begin, act) => {
    // The centre asks again until it hears.
    const again = name.startsWith('the decision') ? act : undefined;

    test('is cut off by a death at any call, then all agrees once another process took over', async () => {
      expect(await atEachCall('dies', { begin, act, again })).toBeGreaterThan(5);
    });

    test('meets one failing call, then all agrees', async () => {
      expect(await atEachCall('fails', { begin, act, again })).toBeGreaterThan(5);
    });

    test.each([['the same again', act] as const, ...others])(
      'halts at any call while another host has %s, then all agrees',
      async (_name, meanwhile) => {
        expect(await besideEachCall({ begin, act, meanwhile, again })).toBeGreaterThan(2);
      },
    );
  });
}

/**
 * A process dies at each of its outward calls in turn, before and after what the call does; another takes over. Or, with
 * `fails`, it lives, and only that call fails.
 */
export async function atEachCall(how: 'dies' | 'fails', { begin, act, again }: Schedule): Promise<number> {
  const beginning = await begin();
  let schedules = 0;
  for (const moment of ['before', 'after'] as const) {
    for (let nth = 1; ; nth++) {
      const world = beginning.copy();
      const doomed = new OrderProcess(world);
      let isHit = false;
      doomed[moment] = async ({ count }) => {
        if (count !== nth) return;
        isHit = true;
        if (how === 'dies') doomed.isAlive = false;
        else throw new Error('this call failed');
      };
      await act(doomed).catch(() => {});
      await doomed.host.drain();
      if (!isHit) break;
      schedules += 1;
      const next = how === 'dies' ? new OrderProcess(world) : doomed;
      await next.heal();
      if (again) await askAgain(again, next);
      named(`${how} ${moment} call ${nth}, ${doomed.asked[nth - 1]}`, () => expectLaws(world));
    }
  }
  return schedules;
}

/** A process halts before each of its outward calls in turn, another does something whole, then the first goes on. */
export async function besideEachCall({
  begin,
  act,
  meanwhile,
  again,
}: Schedule & { meanwhile: Act }): Promise<number> {
  const beginning = await begin();
  for (let nth = 1; ; nth++) {
    const world = beginning.copy();
    const [slow, other] = [new OrderProcess(world), new OrderProcess(world)];
    let goOn = () => {};
    const mayGoOn = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    let halted = () => {};
    const hasHalted = new Promise<'halted'>((resolve) => {
      halted = () => resolve('halted');
    });
    slow.before = async ({ count }) => {
      if (count !== nth) return;
      halted();
      await mayGoOn;
    };
    const done = act(slow)
      .catch(() => {})
      .then(() => slow.host.drain())
      .then(() => 'done' as const);
    const isDone = (await Promise.race([hasHalted, done])) === 'done';
    if (isDone) return nth - 1;
    slow.owner = other;
    await meanwhile(other).catch(() => {});
    await other.host.drain();
    goOn();
    await done;
    await other.heal();
    // The day goes on, and other bookings are written to its slots: what this host remembers of them is renewed.
    for (const [slot] of world.slots()) await other.call('Slot', slot, 'free', neighbour).catch(() => {});
    await other.heal(1);
    if (again) await askAgain(again, other);
    named(`halted before call ${nth}, ${slow.asked[nth - 1]}`, () => expectLaws(world));
  }
}

// The first time, what a process remembers may turn out to be old.
async function askAgain(act: Act, process: OrderProcess): Promise<void> {
  await act(process).catch(() => act(process));
  await process.heal(1);
}

function named(what: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (error instanceof Error) error.message = `${what}: ${error.message}`;
    throw error;
  }
}
