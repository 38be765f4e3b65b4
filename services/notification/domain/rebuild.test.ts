import fc from 'fast-check';
import { newMessage, unknownAfterRebuild } from './messages';
import { emptyPage, foldEvents } from './myPage';
import { folded, orderId, stories, told } from './order.sample';
import { rebuiltPage } from './rebuild';

const now = new Date('2026-08-01T00:00:00.000Z');

describe.each(Object.entries(stories))(
  'When the page of a booking that was %s is rebuilt',
  (_name, happenings) => {
    const events = told(happenings);

    test('from nothing, then it is as it was, and no message is sent by itself', () => {
      const rebuilt = rebuiltPage(emptyPage(orderId), events, now);
      expect(rebuilt?.page).toEqual(folded(events));
      expect(rebuilt?.rows.map(({ delivery, unheard }) => [delivery, unheard])).toEqual(
        events.map(() => [
          { state: 'failed', reason: unknownAfterRebuild, tries: 0, failedAt: now.toISOString() },
          true,
        ]),
      );
    });

    test('over itself, then it is as it was, and a row that is missing was heard of', () => {
      const rebuilt = rebuiltPage(folded(events), events, now);
      expect(rebuilt?.page).toEqual(folded(events));
      expect(rebuilt?.rows.filter(({ unheard }) => unheard)).toEqual([]);
      expect(rebuilt?.rows.map(({ delivery }) => delivery.state)).toEqual(events.map(() => 'failed'));
    });

    test('beside live events, in any order, then it never shows less, and ends as they would', () => {
      fc.assert(
        fc.property(fc.shuffledSubarray(events), fc.nat({ max: events.length }), (live, length) => {
          const stored = folded(live);
          const history = events.slice(0, length);
          const rebuilt = rebuiltPage(stored, history, now);
          if (folded([...history, ...stored.early]).version < stored.version) {
            expect(rebuilt).toBeUndefined();
            return;
          }
          const known = new Set([...live, ...history]);
          expect(rebuilt?.page).toEqual(folded(events.filter((event) => known.has(event))));
          expect(rebuilt?.page.version).toBeGreaterThanOrEqual(stored.version);
          expect(foldEvents(rebuilt?.page ?? stored, events).page).toEqual(folded(events));
        }),
      );
    });
  },
);

test('When events wait on the page for one that only the history has, then their messages are due and its own is not yet', () => {
  const events = told(stories['never paid'] ?? []);
  const [, last] = events;
  const rebuilt = rebuiltPage(folded(last ? [last] : []), events, now);
  expect(rebuilt?.page).toEqual(folded(events));
  expect(rebuilt?.rows.map(({ delivery }) => delivery.state)).toEqual(['failed', 'pending']);
  expect(rebuilt?.rows[1]).toEqual(newMessage(folded(events) as never));
});
