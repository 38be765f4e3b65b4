import { allAgreesWhen, confirmed, justPlaced, move, paid, placedTwice, unpaid } from './schedule.sample';

// biome-ignore format: a table
allAgreesWhen([
  ['a move', paid, move({ date: '2026-11-26' })],
  ['a move on the same day', confirmed, move({ time: '09:00' })],
  ['a move of an order just placed', justPlaced, move({ date: '2026-11-26' })],
  ['a move of an order that was placed twice', placedTwice, move({ time: '09:00' })],
  ['a move to something dearer', paid, move({ orderType: 'grand' })],
  ['a move to something cheaper', confirmed, move({ orderType: 'small', date: '2026-11-26' })],
  ['a move of an unpaid order to something dearer', unpaid, move({ orderType: 'grand' })],
  ['a move of an unpaid order to something cheaper', unpaid, move({ orderType: 'small' })],
]);
