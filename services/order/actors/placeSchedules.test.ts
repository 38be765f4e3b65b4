import { goodCard } from './payment.sample';
import {
  allAgreesWhen,
  besideEachCall,
  cancelCutOff,
  chargeCutOff,
  decide,
  nothing,
  overdueVisit,
  paid,
  place,
  placeCutOff,
  unpaid,
} from './schedule.sample';

// biome-ignore format: a table
allAgreesWhen([
  ['a placement that is paid at once', nothing, place({ card: goodCard })],
  ['a placement to be paid later', nothing, place()],
  ['a placement asked again, after a charge whose answer was lost', chargeCutOff, place({ card: goodCard })],
  ['the decision to cancel a paid order', paid, decide('canceled')],
  ['the decision to cancel an unpaid order', unpaid, decide('canceled')],
  ['the decision to reject', paid, decide('rejected')],
  ['the decision to confirm', paid, decide('confirmed')],
  ['the decision to confirm, after a cancellation that payment never heard', cancelCutOff('before'), decide('confirmed')],
  ['an expiry', unpaid, overdueVisit],
]);

// Only what fences off the first may undo its charge: it would stand on it else.
test('When a placement halts at any call while another host has it again, without an answer of payment, then all agrees', async () => {
  const act = place({ card: goodCard });
  expect(await besideEachCall({ begin: nothing, act, meanwhile: placeCutOff })).toBeGreaterThan(5);
});
