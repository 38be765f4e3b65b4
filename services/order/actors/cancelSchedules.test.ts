import {
  allAgreesWhen,
  cancel,
  cancelCutOff,
  justPlaced,
  paid,
  placedTwice,
  unpaid,
  visit,
} from './schedule.sample';

// biome-ignore format: a table
allAgreesWhen([
  ['a cancellation of a paid order', paid, cancel],
  ['a cancellation of an unpaid order', unpaid, cancel],
  ['a cancellation of an order just placed', justPlaced, cancel],
  ['a cancellation of an order that was placed twice', placedTwice, cancel],
  ['a cancellation asked again, after one that payment never heard', cancelCutOff('before'), cancel],
  ['a cancellation asked again, after one whose answer was lost', cancelCutOff('after'), cancel],
  ['the guard of a cancellation that payment never heard', cancelCutOff('before'), visit],
  ['the guard of a cancellation whose answer was lost', cancelCutOff('after'), visit],
]);
