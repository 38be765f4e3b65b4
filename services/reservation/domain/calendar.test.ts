import fc from 'fast-check';
import { type CenterCalendar, type Conflict, standardCalendars } from '../../shared/contracts/calendar';
import { isRefusal } from '../../shared/contracts/refusals';
import {
  type CalendarState,
  checkPrecondition,
  type EditedCalendar,
  haveLeft,
  type Precondition,
  presentCalendar,
  replaceCalendar,
  unedited,
} from './calendar';

const standard = standardCalendars.seoul as CenterCalendar;
const shorter = { ...standard, openDays: 10 };

/** What a calendar can be when a command meets it. */
const states: Record<string, { state: CalendarState; standard?: CenterCalendar }> = {
  unknown: { state: unedited },
  'as set up': { state: unedited, standard },
  edited: { state: edited(), standard },
  'edited, somebody leaving': { state: edited({ leaving: [{ orderId: 'a', reason: '이전' }] }), standard },
  'made by nobody but its centre': { state: edited() },
};

const beliefs: Record<string, Precondition> = {
  'it is absent': { kind: 'absent' },
  'it is there': { kind: 'present' },
  'it has version 0': { kind: 'versions', versions: [0] },
  'it has version 3': { kind: 'versions', versions: [3] },
  'it has version 2 or 3': { kind: 'versions', versions: [2, 3] },
  'it has no version of ours': { kind: 'versions', versions: [] },
};

const taken = 'taken';
const failed = 'precondition_failed';
const missing = 'calendar_not_found';
// biome-ignore format: a table
const matrix: Record<string, string[]> = {
  //                               absent   there    0        3        2 or 3   none of ours
  unknown:                        [taken,  missing, missing, missing, missing, missing],
  'as set up':                    [failed, taken,   taken,   failed,  failed,  failed],
  edited:                         [failed, taken,   failed,  taken,   taken,   failed],
  'edited, somebody leaving':     [failed, taken,   failed,  taken,   taken,   failed],
  'made by nobody but its centre': [failed, taken,  failed,  taken,   taken,   failed],
};

describe.each(Object.entries(matrix))('When a calendar is %s', (name, row) => {
  const { state, standard: configured } = states[name] as (typeof states)[string];
  test.each(Object.keys(beliefs).map((belief, i) => [belief, row[i]]))(
    'and who changes it believes that %s, then the change is %s',
    (belief, outcome) => {
      const met = checkPrecondition(
        presentCalendar(state, configured),
        beliefs[belief as string] as Precondition,
      );
      expect(met?.refused ?? taken).toBe(outcome);
    },
  );
});

test('When a calendar is as it was set up, then it has version 0, and nobody has to leave for it', () => {
  expect(presentCalendar(unedited, standard)).toEqual({ version: 0, calendar: standard, leaving: [] });
});

describe('When a calendar is replaced', () => {
  test('and nobody loses a seat, then it counts one on from what was there', () => {
    const next = (present: CalendarState, configured?: CenterCalendar) =>
      replaceCalendar(presentCalendar(present, configured), { calendar: shorter, conflicts: [] });
    expect(next(unedited, standard)).toEqual(edited({ version: 1, calendar: shorter }));
    expect(next(unedited)).toEqual(edited({ version: 1, calendar: shorter }));
    expect(next(edited())).toEqual(edited({ version: 4, calendar: shorter }));
  });

  test('and somebody would lose a seat, then it is refused, and they are named', () => {
    const conflicts = [conflict('a'), conflict('b')];
    expect(replaceCalendar(edited(), { calendar: shorter, conflicts })).toEqual({
      refused: 'calendar_conflicts',
      facts: { conflicts },
    });
  });

  test('for a reason, then those who lose their seat are written down with it, each once', () => {
    const conflicts = [conflict('a'), conflict('b'), conflict('a', '13:00')];
    expect(replaceCalendar(edited(), { calendar: shorter, conflicts, reason: '공사' })).toEqual(
      edited({
        version: 4,
        calendar: shorter,
        leaving: [
          { orderId: 'a', reason: '공사' },
          { orderId: 'b', reason: '공사' },
        ],
      }),
    );
  });

  describe('while somebody is still leaving', () => {
    const before = edited({ leaving: [{ orderId: 'a', reason: '이전' }] });

    test('then they need no new reason, and keep theirs', () => {
      const conflicts = [conflict('a')];
      expect(replaceCalendar(before, { calendar: shorter, conflicts })).toMatchObject({
        leaving: before.leaving,
      });
      expect(replaceCalendar(before, { calendar: shorter, conflicts, reason: '공사' })).toMatchObject({
        leaving: before.leaving,
      });
    });

    test('then others do need one, and only they are named', () => {
      const conflicts = [conflict('a'), conflict('b')];
      expect(replaceCalendar(before, { calendar: shorter, conflicts })).toMatchObject({
        facts: { conflicts: [conflict('b')] },
      });
    });

    test('and now there is room for them, then they may stay', () => {
      expect(replaceCalendar(before, { calendar: standard, conflicts: [] })).toMatchObject({ leaving: [] });
    });
  });
});

describe('When somebody has left', () => {
  const leaving = ['a', 'b'].map((orderId) => ({ orderId, reason: '공사' }));

  test('then the others remain', () => {
    expect(haveLeft(edited({ leaving }), 3, ['a', 'z'])).toMatchObject({ leaving: [leaving[1]] });
  });

  test('under an earlier calendar, then that says nothing of this one', () => {
    const state = edited({ leaving });
    expect(haveLeft(state, 2, ['a'])).toBe(state);
    expect(haveLeft(unedited, 0, ['a'])).toBe(unedited);
  });

  test('then hearing it again changes nothing', () => {
    const ids = fc.array(fc.constantFrom('a', 'b', 'c'));
    fc.assert(
      fc.property(ids, ids, fc.nat({ max: 4 }), (staying, gone, version) => {
        const all = [...new Set(staying)].map((orderId) => ({ orderId, reason: 'x' }));
        const once = haveLeft(edited({ leaving: all }), version, gone);
        expect(haveLeft(once, version, gone)).toBe(once);
      }),
    );
  });
});

test('When the same change is sent again, then its precondition is not met any more, whatever it was', () => {
  const versions = fc.record({
    kind: fc.constant('versions' as const),
    versions: fc.array(fc.nat({ max: 5 })),
  });
  const believed = fc.oneof(versions, fc.constant({ kind: 'absent' as const }));
  const any = fc.constantFrom(...Object.values(states));
  fc.assert(
    fc.property(any, believed, ({ state, standard: configured }, precondition) => {
      const present = presentCalendar(state, configured);
      if (checkPrecondition(present, precondition)) return;
      const replaced = replaceCalendar(present, { calendar: shorter, conflicts: [] });
      if (isRefusal(replaced)) throw new Error('nobody loses a seat');
      const versionsLeft =
        precondition.kind === 'versions'
          ? { ...precondition, versions: precondition.versions.filter((each) => each !== replaced.version) }
          : precondition;
      expect(checkPrecondition(replaced, versionsLeft)?.refused).toBe('precondition_failed');
    }),
  );
});

function edited(telling: Partial<EditedCalendar> = {}): EditedCalendar {
  return { status: 'edited', version: 3, calendar: standard, leaving: [], rounds: 0, ...telling };
}

function conflict(orderId: string, time = '08:00'): Conflict {
  return { orderId, date: '2026-07-27', time, orderType: 'basic' };
}
