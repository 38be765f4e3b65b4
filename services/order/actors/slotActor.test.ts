import { isRefusal, type Refusal } from '../../shared/contracts/refusals';
import type { Envelope } from '../../shared/platform/actorHost/envelope';
import type { HeldSeat, SlotState } from '../domain/slot';
import { orderId, placeInput, slot, worldWith } from './laws.sample';
import { goodCard } from './payment.sample';
import { OrderProcess, World } from './world.sample';

const sweeps = (world: World) => [...world.reminders.keys()].filter((key) => key.startsWith(`Slot/${slot}`));
const hold = (id: string) => ({
  orderId: id,
  orderType: 'basic',
  openings: [{ time: '08:00', seats: 20 }],
  visitAt: '2026-11-20T03:00:05.000Z',
});

test('When all of a day is settled, then its sweep goes, and the next hold sets another', async () => {
  const world = await worldWith('paid');
  const process = new OrderProcess(world);
  expect(sweeps(world)).toEqual([]);
  await process.call('Slot', slot, 'hold', hold(orderId));
  await process.call('Slot', slot, 'hold', hold('another'));
  expect(sweeps(world)).toEqual([`Slot/${slot}/sweep.2`]);
});

test('When two or more were booked on a day since its last sweep, then that stays, until a sweep finds fewer', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  for (const holdId of ['a', 'b']) {
    const { ticket } = await process.call<{ ticket: string }>('Slot', slot, 'hold', hold(holdId));
    await process.call('Slot', slot, 'settle', { verdicts: [{ holdId, ticket, verdict: 'placed' }] });
  }
  world.pass(5);
  await process.tick();
  expect(sweeps(world)).toEqual([`Slot/${slot}/sweep.1`]);
  world.pass(5);
  await process.tick();
  expect(sweeps(world)).toEqual([]);
  expect(world.slot(slot).unsettled).toEqual({});
  expect(process.asked).not.toContain('Order.resolve');
});

test('When a sweep could not be removed, then it removes itself', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  process.before = async ({ what }) => {
    if (what === 'forget Slot') throw new Error('scheduler is away');
  };
  await process.order(orderId, 'place', { ...placeInput, card: goodCard });
  await process.heal(1);
  expect(world.slot(slot)).not.toHaveProperty('sweep');
  expect(sweeps(world)).toHaveLength(1);
  process.before = async () => {};
  await process.heal(1);
  expect(sweeps(world)).toEqual([]);
});

test('When a sweep was lost, then a later hold that finds it silent sets a new one', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  await process.call('Slot', slot, 'hold', hold('a'));
  world.reminders.clear();
  world.pass(29);
  await process.call('Slot', slot, 'hold', hold('b'));
  expect(sweeps(world)).toEqual([]);
  world.pass(1);
  await process.call('Slot', slot, 'hold', hold('c'));
  expect(sweeps(world)).toEqual([`Slot/${slot}/sweep.2`]);
});

describe('When an order has told its day that it stands', () => {
  async function told() {
    const world = new World();
    const process = new OrderProcess(world);
    const { ticket } = await process.call<{ ticket: string }>('Slot', slot, 'hold', hold(orderId));
    await process.call('Slot', slot, 'settle', {
      verdicts: [{ holdId: orderId, ticket, verdict: 'placed' }],
    });
    process.asked.length = 0;
    return { world, process, ticket };
  }
  const isUnsettled = (world: World) => orderId in world.slot(slot).unsettled;
  const visited = ({ asked }: OrderProcess) => asked.includes('Order.resolve');

  test('then that is stored by the sweep, which asks nobody', async () => {
    const { world, process } = await told();
    expect(isUnsettled(world)).toBe(true);
    await process.heal(1);
    expect(isUnsettled(world)).toBe(false);
    expect(world.slot(slot).seats).toHaveProperty(orderId);
    expect(visited(process)).toBe(false);
  });

  test('and another of its day does not stand yet, then the sweep stores it all the same', async () => {
    const { world, process } = await told();
    await process.call('Slot', slot, 'hold', { ...hold('another'), visitAt: '2026-11-20T04:00:00.000Z' });
    const { ticket } = await process.call<{ ticket: string }>('Slot', slot, 'hold', hold('third'));
    await process.call('Slot', slot, 'settle', {
      verdicts: [{ holdId: 'third', ticket, verdict: 'placed' }],
    });
    await process.heal(1);
    expect(Object.keys(world.slot(slot).unsettled)).toEqual(['another']);
  });

  test('then the next hold stores it too', async () => {
    const { world, process } = await told();
    await process.call('Slot', slot, 'hold', hold('another'));
    expect(isUnsettled(world)).toBe(false);
    expect(process.asked.filter((what) => what === 'write Slot')).toHaveLength(1);
  });

  test('and its process dies before it is stored, then the sweep of another asks', async () => {
    const { world } = await told();
    const other = new OrderProcess(world);
    await other.heal(1);
    expect(visited(other)).toBe(true);
    expect(isUnsettled(world)).toBe(false);
  });

  test('and gives its seat back at once, then nothing of it is left', async () => {
    const { world, process, ticket } = await told();
    await process.call('Slot', slot, 'free', { holdId: orderId, ticket });
    expect(world.slot(slot)).toMatchObject({ seats: {}, unsettled: {} });
  });

  test('then a save that fails leaves it to the next', async () => {
    const { world, process } = await told();
    process.before = async ({ what }) => {
      if (what === 'write Slot') throw new Error('the store is away');
    };
    await expect(process.call('Slot', slot, 'hold', hold('another'))).rejects.toThrow();
    process.before = async () => {};
    await process.heal(1);
    expect(isUnsettled(world)).toBe(false);
    expect(visited(process)).toBe(false);
  });
});

describe('When another host saves a hold while this one remembers the day as quiet', () => {
  test('then the sweep of that hold makes this one read anew, and visit it', async () => {
    const world = new World();
    const [old, owner] = [new OrderProcess(world), new OrderProcess(world)];
    await owner.call('Slot', slot, 'read');
    await old.call('Slot', slot, 'hold', hold(orderId));
    await owner.heal(1);
    expect(world.slot(slot)).toMatchObject({ seats: {}, unsettled: {} });
    expect(sweeps(world)).toEqual([]);
  });

  test('then a seat that is given back here is not taken for one that was never held', async () => {
    const world = new World();
    const [old, owner] = [new OrderProcess(world), new OrderProcess(world)];
    await owner.call('Slot', slot, 'read');
    const { ticket } = await old.call<{ ticket: string }>('Slot', slot, 'hold', hold(orderId));
    const free = () => owner.call('Slot', slot, 'free', { holdId: orderId, ticket });
    await expect(free()).rejects.toThrow();
    await free();
    expect(world.slot(slot).seats).toEqual({});
  });
});

test('When an order cannot be asked, then its visits grow rarer, up to three a minute', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  await process.call('Slot', slot, 'hold', hold(orderId));
  process.before = async ({ what }) => {
    if (what === 'Order.resolve') throw new Error('order is away');
  };
  const waits: number[] = [];
  for (let second = 0; second < 400; second++) {
    const before = visitsOf(world);
    world.pass(1);
    await process.tick();
    if (visitsOf(world) > before) waits.push(second);
  }
  const gaps = waits.slice(1).map((at, i) => at - (waits[i] ?? 0));
  expect(gaps).toEqual([5, 10, ...Array(gaps.length - 2).fill(20)]);
  expect(gaps.length).toBeGreaterThan(6);
});

test('When many want seats of a day whose turn is under way, then they share one save, and nobody gets what another has', async () => {
  const world = new World();
  const process = new OrderProcess(world);
  await process.call('Slot', slot, 'hold', hold('the first'));
  let writes = 0;
  process.before = async ({ what }) => {
    if (what === 'write Slot') writes += 1;
  };
  const wanted = Array.from({ length: 30 }, (_, i) => `order ${i}`);
  const answers = await Promise.all(
    wanted.map((id) => process.call<HeldSeat | Refusal>('Slot', slot, 'hold', hold(id))),
  );
  const held = answers.filter((answer): answer is HeldSeat => !isRefusal(answer));
  expect(writes).toBeLessThan(4);
  expect(new Set(held.map(({ ticket }) => ticket)).size).toBe(held.length);
  expect(held.map(({ holdId }) => holdId)).toEqual(wanted.slice(0, held.length));
  expect(answers.slice(held.length)).toEqual(
    wanted.slice(held.length).map(() => expect.objectContaining({ refused: 'slot_full' })),
  );
  expect(Object.keys(world.slot(slot).seats)).toHaveLength(held.length + 1);
});

test('When a person is dismissed on a host that remembers less, then it reads anew', async () => {
  const world = new World();
  const [old, owner] = [new OrderProcess(world), new OrderProcess(world)];
  const dismiss = (ticket = 't') => owner.call('Customer', 'key', 'dismiss', { orderId, ticket });
  await dismiss('an earlier one');
  await old.call('Customer', 'key', 'admit', { orderId, ticket: 't', customerKind: 'person' });
  await expect(dismiss()).rejects.toThrow();
  await dismiss();
  expect(world.customer('key').live).toEqual({});
});

function visitsOf(world: World): number {
  const envelope = world.stored.get(`Slot/${slot}`)?.value as Envelope<SlotState> | undefined;
  return envelope?.state.unsettled[orderId]?.visits ?? 0;
}
