import { type CenterCalendar, type Conflict, standardCalendars } from '../../shared/contracts/calendar';
import { calendarChanged } from '../../shared/contracts/events';
import { type Refusal, refuse } from '../../shared/contracts/refusals';
import { MemoryHost } from '../../shared/platform/actorHost/memoryHost.sample';
import { registryActor } from '../../shared/platform/actorHost/registry';
import type { Precondition } from '../domain/calendar';
import { calendarActor, calendarType, editedCentersType } from './calendarActor';
import { createOrderClient } from './orderClient';

const seoul = standardCalendars.seoul as CenterCalendar;
const shorter = { ...seoul, openDays: 10 };
const anyVersion: Precondition = { kind: 'present' };

/**
 * A centre's calendar; order, which says that `booked` have no seat under any calendar; and reservations that are
 * cancelled, each of which frees a seat.
 */
function center({ booked = [] as string[] } = {}) {
  const host = new MemoryHost();
  const seatless = new Set(booked);
  const cancels: { orderId: string; input: unknown }[] = [];
  const answers = new Map<string, Refusal>();
  const asked: unknown[] = [];
  host.service = async ({ appId, path, body }) => {
    if (path === '/decisions') {
      asked.push(body);
      seatless.delete((body as { orderId: string }).orderId);
      return { status: 200, headers: {}, body: { outcome: 'granted', at: '2026-07-24T01:00:00.000Z' } };
    }
    expect({ appId, path }).toEqual({ appId: 'order', path: '/calendar-conflicts' });
    expect(body).toMatchObject({ centerId: 'seoul', calendar: { zone: 'Asia/Seoul' } });
    return { status: 200, headers: {}, body: { conflicts: [...seatless].map(conflict) } };
  };
  host.otherActor = async (type, orderId, method, input) => {
    expect({ type, method }).toEqual({ type: 'Reservation', method: 'decide' });
    cancels.push({ orderId, input });
    const refused = answers.get(orderId);
    if (refused) return refused;
    seatless.delete(orderId);
    return { reservation: {} };
  };
  host.serve(
    calendarActor({
      standard: standardCalendars,
      sidecar: host,
      order: createOrderClient(host),
      log: host.log,
    }),
    registryActor(editedCentersType),
  );
  const call = (method: string, input: unknown, id = 'seoul') =>
    host.callActor(calendarType, id, method, input);
  return {
    host,
    seatless,
    cancels,
    asked,
    answers,
    read: () => call('read', {}),
    replace: (telling: { calendar?: CenterCalendar; precondition?: Precondition; reason?: string } = {}) =>
      call('replace', { calendar: shorter, precondition: anyVersion, ...telling }),
    call,
    stored: () => JSON.stringify([...host.stored]),
    kill: (at: string) => {
      host.before = async (name) => {
        if (name === at) throw new Error('killed');
      };
    },
    revive: () => {
      host.before = async () => {};
      host.restart();
    },
    guards: () => [...host.reminders.keys()],
  };
}

function conflict(orderId: string): Conflict {
  return { orderId, date: '2026-07-27', time: '08:00', orderType: 'basic' };
}

describe('When nobody edited a calendar', () => {
  test('then it is what was set up, in version 0', async () => {
    expect(await center().read()).toEqual({ version: 0, calendar: seoul, leaving: [] });
  });

  test('nor set one up, then there is none', async () => {
    expect(await center().call('read', {}, 'busan')).toMatchObject({ refused: 'calendar_not_found' });
    expect(await center().call('read', {}, 'constructor')).toMatchObject({ refused: 'calendar_not_found' });
  });
});

describe('When a calendar is changed', () => {
  test('then the change is kept and told, once, in the version that it has', async () => {
    const { host, read, replace, guards } = center();
    expect(await replace({ precondition: { kind: 'versions', versions: [0] } })).toMatchObject({
      version: 1,
    });
    await host.quiet();
    host.restart();
    expect(await read()).toMatchObject({ version: 1, calendar: shorter });
    expect(host.published).toHaveLength(1);
    expect(calendarChanged.parse(host.published[0]?.event)).toEqual({
      eventId: 'calendar.seoul.1',
      orderId: 'seoul',
      type: 'CalendarChanged',
      version: 1,
      occurredAt: '2026-07-24T03:00:00.000Z',
      data: { centerId: 'seoul', calendar: shorter },
    });
    expect(host.published[0]?.topic).toBe('calendars');
    expect(guards()).toEqual([]);
  });

  test('again and again, then the events count with the versions', async () => {
    const { host, replace } = center();
    for (const version of [0, 1, 2])
      await replace({ precondition: { kind: 'versions', versions: [version] } });
    expect(host.published.map(({ event }) => event.version)).toEqual([1, 2, 3]);
  });

  test('by somebody who read an older one, then it is refused, and nobody is asked anything', async () => {
    const { host, replace, stored } = center();
    await replace();
    const before = stored();
    host.calls.length = 0;
    const precondition: Precondition = { kind: 'versions', versions: [0] };
    expect(await replace({ precondition })).toMatchObject({ refused: 'precondition_failed' });
    expect(await replace({ precondition: { kind: 'absent' } })).toMatchObject({
      refused: 'precondition_failed',
    });
    expect(stored()).toBe(before);
    expect(host.calls).not.toContain('invoke order/calendar-conflicts');
  });

  test('for a centre that is not there, then it is made, and registered', async () => {
    const { host, call } = center();
    host.service = async () => ({ status: 200, headers: {}, body: { conflicts: [] } });
    const input = { calendar: shorter, precondition: { kind: 'absent' } };
    expect(await call('replace', input, 'busan')).toMatchObject({ version: 1 });
    expect(await call('read', {}, 'busan')).toMatchObject({ version: 1, calendar: shorter });
    expect(await host.callActor(editedCentersType, 'all', 'read', {})).toEqual({ ids: ['busan'] });
  });

  test('and the process dies before the change is told, then it is told by the guard', async () => {
    const { host, replace, kill, revive, guards } = center();
    kill('publish calendars');
    await expect(replace()).rejects.toThrow();
    revive();
    expect(host.published).toEqual([]);
    await host.fire('Calendar/seoul/finish');
    expect(host.published.map(({ event }) => event.type)).toEqual(['CalendarChanged']);
    expect(guards()).toEqual([]);
  });
});

describe('When order cannot say who would lose a seat', () => {
  test.each([
    ['is away', undefined],
    ['answers with an error', 500],
    ['does not take the question', 422],
  ])('because it %s, then nothing is changed', async (_why, status) => {
    const { host, read, replace, stored, guards } = center();
    if (status) host.service = async () => ({ status, headers: {}, body: {} });
    else host.service = new MemoryHost().service;
    const before = stored();
    expect(await replace({ reason: '공사' })).toMatchObject({ refused: 'service_unavailable' });
    expect(stored()).toBe(before);
    expect(guards()).toEqual([]);
    expect(await read()).toMatchObject({ version: 0 });
  });
});

describe('When somebody would lose a seat', () => {
  test('then the change is refused with the list, and nothing is changed', async () => {
    const { replace, read, cancels, guards } = center({ booked: ['a', 'b'] });
    expect(await replace()).toEqual({
      refused: 'calendar_conflicts',
      facts: { conflicts: [conflict('a'), conflict('b')] },
    });
    expect(await read()).toMatchObject({ version: 0 });
    expect(cancels).toEqual([]);
    expect(guards()).toEqual([]);
  });

  test('and a reason is given, then each of them is cancelled with it, and the change is told', async () => {
    const { host, replace, read, cancels, guards } = center({ booked: ['a', 'b'] });
    expect(await replace({ reason: '공사' })).toMatchObject({ version: 1, leaving: [{}, {}] });
    await host.quiet();
    const input = { decision: 'canceled', reason: '공사' };
    expect(cancels).toEqual([
      { orderId: 'a', input },
      { orderId: 'b', input },
    ]);
    expect(await read()).toMatchObject({ version: 1, leaving: [] });
    expect(host.published.map(({ event }) => event.type)).toEqual(['CalendarChanged']);
    await host.fire('Calendar/seoul/finish');
    expect(guards()).toEqual([]);
  });

  test('and they are many, then all of them are cancelled', async () => {
    const booked = Array.from({ length: 100 }, (_, i) => `order-${i}`);
    const { host, replace, read, cancels } = center({ booked });
    await replace({ reason: '공사' });
    await host.quiet();
    expect(cancels.map(({ orderId }) => orderId).sort()).toEqual([...booked].sort());
    expect(await read()).toMatchObject({ leaving: [] });
  });

  test.each(['reservation_ended', 'order_ended', 'visit_begun'] as const)(
    'and one of them cannot be cancelled any more (%s), then nobody waits for them',
    async (refused) => {
      const { host, replace, read, answers, cancels } = center({ booked: ['a'] });
      answers.set('a', refuse(refused));
      await replace({ reason: '공사' });
      await host.quiet();
      expect(cancels).toHaveLength(1);
      expect(await read()).toMatchObject({ leaving: [] });
    },
  );

  test('and the centre has no request of it yet, then order is asked to end it', async () => {
    const { host, replace, read, answers, asked } = center({ booked: ['a'] });
    answers.set('a', refuse('reservation_not_found'));
    await replace({ reason: '공사' });
    await host.quiet();
    expect(asked).toEqual([{ orderId: 'a', reservationId: 'a', decision: 'canceled', reason: '공사' }]);
    expect(await read()).toMatchObject({ leaving: [] });
  });

  test('and one cannot be cancelled yet, then it is tried until it is, and others do not wait', async () => {
    const { host, replace, read, answers, cancels, guards } = center({ booked: ['a', 'b'] });
    answers.set('a', refuse('service_unavailable'));
    await replace({ reason: '공사' });
    await host.quiet();
    for (let round = 0; round < 3; round += 1) {
      expect(await read()).toMatchObject({ leaving: [{ orderId: 'a', reason: '공사' }] });
      expect(guards()).toHaveLength(1);
      await host.fire('Calendar/seoul/finish');
    }
    answers.clear();
    await host.fire('Calendar/seoul/finish');
    expect(await read()).toMatchObject({ leaving: [] });
    expect(cancels.filter(({ orderId }) => orderId === 'b')).toHaveLength(1);
    await host.fire('Calendar/seoul/finish');
    expect(guards()).toEqual([]);
  });

  test('and has a seat again before the cancellation came, then they may stay', async () => {
    const { host, replace, read, seatless, cancels, kill, revive } = center({ booked: ['a'] });
    kill('call Reservation.decide');
    await replace({ reason: '공사' });
    await host.quiet();
    revive();
    seatless.clear();
    await host.fire('Calendar/seoul/finish');
    expect(cancels).toEqual([]);
    expect(await read()).toMatchObject({ leaving: [] });
  });

  test('and the calendar changes again meanwhile, then they go for the reason they were told first', async () => {
    const { host, replace, read, seatless, cancels, answers } = center({ booked: ['a'] });
    answers.set('a', refuse('service_unavailable'));
    await replace({ reason: '공사' });
    await host.quiet();
    seatless.add('b');
    await replace({ reason: '이전' });
    answers.clear();
    await host.fire('Calendar/seoul/finish');
    expect(await read()).toMatchObject({ version: 2, leaving: [] });
    const last = new Map(
      cancels.map(({ orderId, input }) => [orderId, (input as { reason: string }).reason]),
    );
    expect(last).toEqual(
      new Map([
        ['a', '공사'],
        ['b', '이전'],
      ]),
    );
  });
});

describe('When the process dies while somebody loses a seat', () => {
  test.each(['remind Calendar', 'call Calendars.add', 'write Calendars', 'write Calendar'])(
    'at "%s", before the change is stored, then nothing is changed and nobody cancelled',
    async (at) => {
      const { host, replace, read, cancels, kill, revive, guards } = center({ booked: ['a'] });
      kill(at);
      await expect(replace({ reason: '공사' })).rejects.toThrow();
      await host.quiet();
      revive();
      await host.fire('Calendar/seoul/finish');
      expect(await read()).toMatchObject({ version: 0, leaving: [] });
      expect(cancels).toEqual([]);
      expect(guards()).toEqual([]);
    },
  );

  test.each(['publish calendars', 'call Reservation.decide', 'call Calendar.left'])(
    'at "%s", after the change is stored, then all are cancelled and the change is told',
    async (at) => {
      const { host, replace, read, seatless, kill, revive, guards } = center({ booked: ['a', 'b'] });
      kill(at);
      await Promise.allSettled([replace({ reason: '공사' })]);
      await host.quiet();
      revive();
      await host.fire('Calendar/seoul/finish');
      await host.fire('Calendar/seoul/finish');
      expect([...seatless]).toEqual([]);
      expect(await read()).toMatchObject({ version: 1, leaving: [] });
      expect(new Set(host.published.map(({ event }) => event.eventId))).toEqual(
        new Set(['calendar.seoul.1']),
      );
      expect(guards()).toEqual([]);
    },
  );
});
