import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';
import { dayFromToday, openEveryDay } from '../support/days';
import { lawsHold } from '../support/laws';
import { startTestSystem, type TestSystem } from '../support/testSystem';

jest.setTimeout(120_000);

const seoul = openEveryDay(3);
const day = (days: number) => dayFromToday(days, seoul.zone);

describe('A calendar', () => {
  let system: TestSystem;
  let api: Api;

  beforeAll(async () => {
    system = await startTestSystem({ env: { CALENDARS: JSON.stringify({ seoul }) } });
    api = system.api;
  });
  afterAll(() => system.end());

  async function change(calendar: object, centerId = 'seoul'): Promise<Reply> {
    const etag = (await api.get(`/calendars/${centerId}`)).headers.get('etag') ?? '';
    return api.put(`/calendars/${centerId}`, calendar, { 'if-match': etag });
  }
  // biome-ignore lint/suspicious/noExplicitAny: a list of days.
  const slots = async (from: string, to = from, more = ''): Promise<any[]> =>
    (await api.get(`/slots?from=${from}&to=${to}${more}`)).body._embedded.slots;
  const offers = (
    what: string,
    date: string,
    is: (slot: { free: number; closed?: { reason: string } }) => boolean,
  ) => eventually(what, async () => is((await slots(date))[0]), { withinMs: 10_000 });
  let phones = 0;
  const book = async (date: string, more: object = {}) => {
    phones += 1;
    const phone = `010-6000-${String(phones).padStart(4, '0')}`;
    const placed = await api.order({ date, cardNo: goodCard, phone, ...more });
    expect(placed.status).toBe(201);
    const { orderId } = placed.body;
    await eventually('received', async () => (await api.get(`/reservations/${orderId}`)).status === 200);
    return orderId as string;
  };

  test('When nothing was changed, then each day offers what its calendar says, less what is taken', async () => {
    await book(day(4));
    const days = await slots(day(3), day(5));
    expect(days.map(({ date, free }) => [date, free])).toEqual([
      [day(3), 6],
      [day(4), 5],
      [day(5), 6],
    ]);
    expect(days[1].times).toEqual([
      { time: '20:00', seats: 3, free: 2 },
      { time: '21:00', seats: 3, free: 3 },
    ]);
  });

  test('When it gets more and other times, then these are offered and taken', async () => {
    const openings = [...seoul.openings, { time: '22:00', seats: 2, perPackage: { prime: 1 } }];
    const changed = await change({ ...seoul, openings });
    expect(changed.status).toBe(200);
    await offers('two seats more', day(6), ({ free }) => free === 8);
    await book(day(6), { time: '22:00', orderType: 'prime' });
    const second = await api.order({
      date: day(6),
      time: '22:00',
      orderType: 'prime',
      phone: '010-6001-0001',
    });
    expect([second.status, second.body.code]).toEqual([409, 'slot_full']);
    await book(day(6), { time: '22:00' });
  });

  test('When two change it at once, then the second is told to read again', async () => {
    const etag = (await api.get('/calendars/seoul')).headers.get('etag') ?? '';
    const put = (openDays: number) =>
      api.put('/calendars/seoul', { ...seoul, openDays, openings: opened() }, { 'if-match': etag });
    const replies = await Promise.all([put(40), put(50)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412]);
  });
  const opened = () => [...seoul.openings, { time: '22:00', seats: 2, perPackage: { prime: 1 } }];

  test('When a booked day is to be closed, then it is refused with the list, and everybody keeps the seat', async () => {
    const [one, two] = [await book(day(8)), await book(day(8))];
    const before = (await api.get('/calendars/seoul')).headers.get('etag');
    const refused = await change({
      ...seoul,
      openings: opened(),
      blackouts: [{ date: day(8), reason: 'repairs' }],
    });
    expect([refused.status, refused.body.code]).toEqual([409, 'calendar_conflicts']);
    expect(refused.body.conflicts.map(({ orderId }: { orderId: string }) => orderId).sort()).toEqual(
      [one, two].sort(),
    );
    expect((await api.get('/calendars/seoul')).headers.get('etag')).toBe(before);
    expect((await slots(day(8)))[0].free).toBe(6);
  });

  test('When it is closed all the same, then those are canceled with that reason and refunded in full', async () => {
    const orderId = await book(day(9));
    const { orderId: held } = (await api.order({ date: day(9), phone: '010-6002-0001' })).body;
    const blackouts = [{ date: day(9), reason: 'repairs' }];
    const forced = await change({
      ...seoul,
      openings: opened(),
      blackouts,
      force: { reason: 'the building is closed' },
    });
    expect(forced.status).toBe(200);
    await offers('closed', day(9), ({ free, closed }) => free === 0 && closed?.reason === 'closed');
    for (const id of [orderId, held]) {
      await eventually('canceled', async () => (await api.myPageStatus(id)) === 'canceled', {
        withinMs: 15_000,
      });
      expect((await api.get(`/orders/${id}`)).body).toMatchObject({
        status: 'canceled',
        by: 'center',
        reason: 'the building is closed',
        refundKrw: id === held ? 0 : 50_000,
      });
    }
    expect((await api.order({ date: day(9), phone: '010-6002-0002' })).body.code).toBe('date_closed');
    const messages = (await api.get(`/messages?orderId=${orderId}`)).body._embedded.messages;
    expect(messages.at(-1).text).toContain('the building is closed');
  });

  test('When there are to be fewer seats than are booked, then the latest of them would have to go', async () => {
    const orders: string[] = [];
    for (let i = 0; i < 3; i++) orders.push(await book(day(11), { time: '20:00' }));
    const fewer = opened().map((opening) => ({ ...opening, seats: Math.min(opening.seats, 2) }));
    const blackouts = [{ date: day(9) }];
    const refused = await change({ ...seoul, openings: fewer, blackouts });
    expect(refused.body.conflicts).toEqual([
      expect.objectContaining({ orderId: orders[2], date: day(11), time: '20:00' }),
    ]);
    expect(
      (await change({ ...seoul, openings: fewer, blackouts, force: { reason: 'fewer nurses' } })).status,
    ).toBe(200);
    await eventually(
      'the last one is canceled',
      async () => (await api.myPageStatus(orders[2] ?? '')) === 'canceled',
      {
        withinMs: 15_000,
      },
    );
    await offers('four seats a day, two of them taken', day(11), ({ free }) => free === 4);
    expect(await api.myPageStatus(orders[0] ?? '')).toBe('Reservation Complete');
  });

  test('When a day is a public holiday, then it is closed unless the centre opens then', async () => {
    const year = Number(day(30).slice(0, 4));
    const holidays = [
      `${year}-12-25`,
      `${year + 1}-01-01`,
      `${year + 1}-03-01`,
      `${year}-05-05`,
      `${year}-08-15`,
      `${year}-10-03`,
    ];
    const holiday = holidays.find((date) => date > day(0) && date <= day(60));
    const horizon = { ...seoul, openings: opened(), blackouts: [{ date: day(9) }], openDays: 366 };
    expect((await change({ ...horizon, opensOnHolidays: false })).status).toBe(200);
    const date = holiday ?? `${year + 1}-01-01`;
    await offers(
      'closed for the holiday',
      date,
      ({ free, closed }) => free === 0 && closed?.reason === 'holiday',
    );
    expect((await api.order({ date, phone: '010-6003-0001' })).body.code).toBe('date_closed');
    expect((await change({ ...horizon, opensOnHolidays: true })).status).toBe(200);
    await offers('open', date, ({ free }) => free > 0);
    await book(date);
  });

  test('When order and reservation are started anew, then the calendar is as it was changed', async () => {
    for (const appId of ['order', 'reservation']) {
      const { service } = system.apps[appId] as NonNullable<(typeof system.apps)[string]>;
      await service.kill();
      service.start();
    }
    await eventually(
      'still closed',
      async () => {
        const reply = await api.get(`/slots?from=${day(9)}&to=${day(9)}`);
        return reply.status === 200 && reply.body._embedded.slots[0].closed?.reason === 'closed';
      },
      { withinMs: 30_000 },
    );
    // Order tells the above, and reservation may need longer.
    await system.ready();
  });

  test('When a centre is new, then it can be booked at once', async () => {
    const created = await api.put('/calendars/busan', openEveryDay(2), { 'if-none-match': '*' });
    expect([created.status, created.headers.get('location')]).toEqual([
      201,
      `${system.url('gateway')}/calendars/busan`,
    ]);
    await eventually(
      'it is offered',
      async () => (await api.get(`/slots?from=${day(2)}&to=${day(2)}&centerId=busan`)).status === 200,
      { withinMs: 10_000 },
    );
    await book(day(2), { centerId: 'busan' });
    expect((await api.put('/calendars/busan', openEveryDay(2), { 'if-none-match': '*' })).status).toBe(412);
  });

  test('When all is quiet, then seats, money, quotas, views and messages agree', async () => {
    await lawsHold(system.infra.redisUrl, { seatsPerTime: () => 3 });
  });
});
