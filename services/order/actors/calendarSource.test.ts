import { type CenterCalendar, standardCalendars } from '../../shared/contracts/calendar';
import { MemoryHost } from '../../shared/platform/actorHost/memoryHost.sample';
import { createRegistry, registryActor } from '../../shared/platform/actorHost/registry';
import { createCalendarSource } from './calendarSource';
import { centerCalendarActor, centerCalendarType, toldCentersType } from './centerCalendarActor';

const seoul = standardCalendars.seoul as CenterCalendar;

/** Order's side of the calendars, and a clock that only `pass` moves. */
function sources() {
  const host = new MemoryHost();
  const toldCenters = createRegistry(host, toldCentersType);
  host.serve(
    centerCalendarActor({ standard: standardCalendars, toldCenters }),
    registryActor(toldCentersType),
  );
  let now = 0;
  const source = () => createCalendarSource({ actors: host, standard: standardCalendars, clock: () => now });
  return {
    host,
    calendars: source(),
    another: source(),
    pass: (ms: number) => {
      now += ms;
    },
    tell: (version: number, openDays: number, centerId = 'seoul') =>
      host.callActor(centerCalendarType, centerId, 'takeIn', { event: changed(version, openDays, centerId) }),
  };
}

function changed(version: number, openDays: number, centerId: string) {
  return {
    eventId: `calendar.${centerId}.${version}`,
    orderId: centerId,
    type: 'CalendarChanged',
    version,
    occurredAt: '2026-07-24T03:00:00.000Z',
    data: { centerId, calendar: { ...seoul, openDays } },
  };
}

describe('When a centre has told nothing', () => {
  test('then what is configured holds', async () => {
    const { calendars } = sources();
    expect(await calendars.find('seoul')).toEqual(seoul);
    expect(await calendars.centerIds()).toEqual(['seoul']);
  });

  test('and is not configured, then there is none, and no actor is woken for a name that anybody made up', async () => {
    const { host, calendars } = sources();
    expect(await calendars.find('atlantis')).toBeUndefined();
    expect(await calendars.find('toString')).toBeUndefined();
    expect(host.calls).not.toContain('call CenterCalendar.read');
  });
});

describe('When a centre tells of its calendar', () => {
  test('then every instance offers by it, a second later at most', async () => {
    const { calendars, another, pass, tell } = sources();
    await Promise.all([calendars.find('seoul'), another.find('seoul')]);
    await tell(1, 10);
    pass(1_000);
    expect(await calendars.find('seoul')).toEqual({ ...seoul, openDays: 10 });
    expect(await another.find('seoul')).toEqual({ ...seoul, openDays: 10 });
  });

  test('and nobody knew of the centre, then it is one from then on, after a restart too', async () => {
    const { host, calendars, pass, tell } = sources();
    expect(await calendars.centerIds()).toEqual(['seoul']);
    await tell(1, 10, 'busan');
    host.restart();
    pass(1_000);
    expect(await calendars.centerIds()).toEqual(['seoul', 'busan']);
    expect(await calendars.find('busan')).toMatchObject({ openDays: 10 });
  });

  test('and a later word comes first, then the earlier changes nothing, nor does a repeat', async () => {
    const { host, calendars, tell } = sources();
    await tell(2, 20);
    const before = JSON.stringify([...host.stored]);
    await tell(1, 10);
    await tell(2, 30);
    expect(JSON.stringify([...host.stored])).toBe(before);
    expect(await calendars.find('seoul')).toMatchObject({ openDays: 20 });
  });

  test('and the process dies before it is stored, then the repeated word is taken in', async () => {
    const { host, calendars, tell } = sources();
    host.before = async (call) => {
      if (call === 'write CenterCalendar') throw new Error('killed');
    };
    await expect(tell(1, 10, 'busan')).rejects.toThrow();
    expect(await calendars.find('busan')).toBeUndefined();
    host.before = async () => {};
    host.restart();
    await tell(1, 10, 'busan');
    expect(host.stored.get('CenterCalendar/busan/v1')).toMatchObject({
      state: { status: 'told', version: 1 },
    });
  });
});

describe('When calendars are asked for again and again', () => {
  test('then it costs one actor call a second, however many ask, and at once', async () => {
    const { host, calendars, pass } = sources();
    const reads = () => host.calls.filter((call) => call === 'call CenterCalendar.read').length;
    await Promise.all(Array.from({ length: 50 }, () => calendars.find('seoul')));
    pass(999);
    await calendars.find('seoul');
    expect(reads()).toBe(1);
    pass(1);
    await calendars.find('seoul');
    expect(reads()).toBe(2);
  });

  test('and one asking failed, then who asks next does not hear of that failure', async () => {
    const { host, calendars } = sources();
    host.before = async (call) => {
      if (call === 'call CenterCalendar.read') throw new Error('the sidecar is away');
    };
    await expect(calendars.find('seoul')).rejects.toThrow('away');
    host.before = async () => {};
    expect(await calendars.find('seoul')).toEqual(seoul);
  });
});

describe('When it matters how far ahead there may be bookings', () => {
  const noon = new Date('2026-07-24T03:00:00.000Z');

  test('then the present calendar says so, as long as there was no other', async () => {
    const { calendars } = sources();
    expect(await calendars.lastBooked('seoul', noon)).toBe('2026-09-22');
    expect(await calendars.lastBooked('atlantis', noon)).toBeUndefined();
  });

  test('and earlier calendars reached further, then the furthest of them counts, and midnight, too', async () => {
    const { calendars, tell, pass } = sources();
    await tell(1, 90);
    await tell(2, 10);
    await tell(3, 20);
    pass(1_000);
    expect(await calendars.lastBooked('seoul', noon)).toBe('2026-10-23');
  });

  test('and the present one reaches further than all before, then it counts', async () => {
    const { calendars, tell } = sources();
    await tell(1, 90);
    expect(await calendars.lastBooked('seoul', noon)).toBe('2026-10-22');
  });
});
