import { goodCard } from './payment.sample';
import {
  allAgreesWhen,
  cancelCutOff,
  decide,
  nothing,
  overdueVisit,
  paid,
  place,
  unpaid,
} from './schedule.sample';

// biome-ignore format: a table
allAgreesWhen([
  ['a placement that is paid at once', nothing, place({ card: goodCard })],
  ['a placement to be paid later', nothing, place()],
  ['the decision to cancel a paid order', paid, decide('canceled')],
  ['the decision to cancel an unpaid order', unpaid, decide('canceled')],
  ['the decision to reject', paid, decide('rejected')],
  ['the decision to confirm', paid, decide('confirmed')],
  ['the decision to confirm, after a cancellation that payment never heard', cancelCutOff('before'), decide('confirmed')],
  ['an expiry', unpaid, overdueVisit],
]);
