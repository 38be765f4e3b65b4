import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const seoul = openEveryDay(20);
const day = (days: number) => dayFromToday(days, seoul.zone);

describe('The day of the visit', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    system = await startTestSystem({ env: { CALENDARS: JSON.stringify({ seoul }) } });
    api = system.api;
  });
  afterAll(() => system.end());

  const reaches = (orderId: string, status: string) =>
    eventually(`my page says ${status}`, async () => (await api.myPageStatus(orderId)) === status, {
      withinMs: 10_000,
    });
  async function received(days: number): Promise<string> {
    const { orderId } = (await api.order({ cardNo: goodCard, date: day(days), phone: '010-5555-0000' })).body;
    await reaches(orderId, 'Reservation Complete');
    return orderId;
  }
  const at = (orderId: string, status: string) => api.patch(`/reservations/${orderId}`, { status });

  test('When the guest comes, then check-in and completion follow, and the links say what is next', async () => {
    const orderId = await received(0);
    const links = async () => Object.keys((await api.get(`/reservations/${orderId}`)).body._links);
    expect(await links()).toEqual(expect.arrayContaining(['confirm', 'reject', 'cancel']));
    await api.confirm(orderId);
    expect(await links()).toEqual(expect.arrayContaining(['checkIn', 'noShow', 'cancel']));
    expect((await at(orderId, 'checked in')).body).toMatchObject({ status: 'checked in' });
    expect(await links()).toEqual(expect.arrayContaining(['complete']));
    expect((await at(orderId, 'checked in')).status).toBe(200);
    expect((await at(orderId, 'completed')).body).toMatchObject({ status: 'completed' });
    await reaches(orderId, 'completed');
    expect((await api.get(`/orders/${orderId}`)).body.status).toBe('completed');
    for (const [late, code] of [
      [await api.cancel(orderId), 'visit_begun'],
      [await api.move(orderId, { date: day(3) }), 'visit_begun'],
      [await api.centerCancels(orderId), 'visit_begun'],
    ] as const) {
      expect([late.status, late.body.code]).toEqual([409, code]);
    }
  });

  test('When the guest does not come, then the reservation ends as a no show', async () => {
    const orderId = await received(0);
    await api.confirm(orderId);
    expect((await at(orderId, 'no show')).body).toMatchObject({ status: 'no show' });
    await reaches(orderId, 'no show');
    expect((await at(orderId, 'checked in')).status).toBe(409);
  });

  test('When it is not its day yet, or it is not confirmed, then there is no check-in', async () => {
    const tomorrow = await received(1);
    const unconfirmed = await at(tomorrow, 'checked in');
    expect([unconfirmed.status, unconfirmed.body.code]).toEqual([409, 'reservation_not_confirmed']);
    await api.confirm(tomorrow);
    for (const status of ['checked in', 'no show']) {
      const early = await at(tomorrow, status);
      expect([early.status, early.body.code]).toEqual([409, 'visit_not_due']);
    }
    const today = await received(0);
    await api.confirm(today);
    const skipped = await at(today, 'completed');
    expect([skipped.status, skipped.body.code]).toEqual([409, 'reservation_not_checked_in']);
    const rejected = await api.reject(today);
    expect([rejected.status, rejected.body.code]).toEqual([409, 'reservation_already_confirmed']);
    expect((await api.get(`/reservations/${tomorrow}`)).body.status).toBe('confirmed');
  });

  test('When order is stopped, then the centre is asked to try again, and what it began is finished', async () => {
    const orderId = await received(2);
    const { service } = system.apps.order as NonNullable<(typeof system.apps)[string]>;
    await service.kill();
    const refused = await api.confirm(orderId);
    expect([refused.status, refused.body.code]).toEqual([503, 'service_unavailable']);
    service.start();
    await eventually('confirmed after all', async () => (await api.myPageStatus(orderId)) === 'confirmed', {
      withinMs: 40_000,
    });
    expect((await api.confirm(orderId)).status).toBe(201);
  });

  test('When all is quiet, then seats, money, quotas, views and messages agree', async () => {
    await lawsHold(system.infra.redisUrl);
  });
});
