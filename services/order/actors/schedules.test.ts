import { atEachCall, besideEachCall, expectLaws, orderId, placeInput, worldWith } from './laws.sample';
import { goodCard } from './payment.sample';
import { OrderProcess, World } from './world.sample';

// Whatever dies, fails or comes between: seat, quota, money and what was told agree once all has come to rest.

type Begin = () => Promise<World>;
type Act = (process: OrderProcess) => Promise<unknown>;

const decide =
  (decision: string): Act =>
  (process) =>
    process.order(orderId, 'decide', { reservationId: 'r', decision });
const move =
  (input: object): Act =>
  (process) =>
    process.order(orderId, 'move', input);
const place =
  (input: object = {}): Act =>
  (process) =>
    process.order(orderId, 'place', { ...placeInput, ...input });
const cancel: Act = (process) => process.order(orderId, 'cancel');
const pay: Act = async ({ world }) => world.pay(orderId);
const wait =
  (seconds: number): Act =>
  async (process) => {
    process.world.pass(seconds);
    await process.tick();
  };
const visit = wait(30);
const overdueVisit = wait(31 * 60);
const oneAfterAnother =
  (...all: Act[]): Act =>
  async (process) => {
    for (const each of all) await each(process);
  };

const nothing: Begin = async () => new World();
const paid: Begin = () => worldWith('paid');
const unpaid: Begin = () => worldWith('unpaid');
const confirmed: Begin = () => worldWith('confirmed');

/** Its first visit is still to come. */
const justPlaced: Begin = async () => {
  const world = new World();
  await place({ card: goodCard })(new OrderProcess(world));
  return world;
};

/** Of a first placement payment brought no answer, and died before it wrote down what it had charged. */
const placedTwice: Begin = async () => {
  const world = new World();
  const process = new OrderProcess(world);
  process.after = async ({ what }) => {
    if (what === 'payment.charge') throw new Error('no answer');
  };
  await place({ card: goodCard })(process);
  Object.assign(world.payment.book(orderId), { status: 'none', attempt: '' });
  process.after = async () => {};
  await place({ card: goodCard })(process);
  return world;
};

/** The customer's cancellation had no answer: payment never heard of it, or it did. */
const cancelCutOff =
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

// biome-ignore format: a table
const acts: [string, Begin, Act][] = [
  ['a placement that is paid at once', nothing, place({ card: goodCard })],
  ['a placement to be paid later', nothing, place()],
  ['a cancellation of a paid order', paid, cancel],
  ['a cancellation of an unpaid order', unpaid, cancel],
  ['a cancellation of an order just placed', justPlaced, cancel],
  ['a cancellation of an order that was placed twice', placedTwice, cancel],
  ['a cancellation asked again, after one that payment never heard', cancelCutOff('before'), cancel],
  ['a cancellation asked again, after one whose answer was lost', cancelCutOff('after'), cancel],
  ['the guard of a cancellation that payment never heard', cancelCutOff('before'), visit],
  ['the guard of a cancellation whose answer was lost', cancelCutOff('after'), visit],
  ['a move', paid, move({ date: '2026-11-26' })],
  ['a move on the same day', confirmed, move({ time: '09:00' })],
  ['a move of an order just placed', justPlaced, move({ date: '2026-11-26' })],
  ['a move of an order that was placed twice', placedTwice, move({ time: '09:00' })],
  ['a move to something dearer', paid, move({ orderType: 'grand' })],
  ['a move to something cheaper', confirmed, move({ orderType: 'small', date: '2026-11-26' })],
  ['a move of an unpaid order to something dearer', unpaid, move({ orderType: 'grand' })],
  ['a move of an unpaid order to something cheaper', unpaid, move({ orderType: 'small' })],
  ['the decision to cancel a paid order', paid, decide('canceled')],
  ['the decision to cancel an unpaid order', unpaid, decide('canceled')],
  ['the decision to reject', paid, decide('rejected')],
  ['the decision to confirm', paid, decide('confirmed')],
  ['the decision to confirm, after a cancellation that payment never heard', cancelCutOff('before'), decide('confirmed')],
  ['an expiry', unpaid, overdueVisit],
];

const others: [string, Act][] = [
  ['a cancellation', cancel],
  ['a cancellation, then visits', oneAfterAnother(cancel, visit)],
  ['the customer paying', pay],
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

describe.each(acts)('When %s', (name, begin, act) => {
  const check = (world: World) => expectLaws(world);
  // The centre asks again until it hears.
  const again = name.startsWith('the decision') ? act : undefined;

  test('is cut off by a death at any call, then all agrees once another process took over', async () => {
    expect(await atEachCall('dies', { begin, act, check, again })).toBeGreaterThan(5);
  });

  test('meets one failing call, then all agrees', async () => {
    expect(await atEachCall('fails', { begin, act, check, again })).toBeGreaterThan(5);
  });

  test.each([['the same again', act] as const, ...others])(
    'halts at any call while another host has %s, then all agrees',
    async (_name, meanwhile) => {
      expect(await besideEachCall({ begin, act, meanwhile, check, again })).toBeGreaterThan(2);
    },
  );
});
