// `npm run test:variants` after the set-up: what is special about each variant, then all journeys on each of them and on
// all three at once. With --short only the first, which books on all three at once. Ends with one line that sums up.

import { startTestRun } from './testRun.mjs';

const VARIANTS = ['payment-store-sqlite', 'reservation-store-postgresql', 'pubsub-kafka'];

const run = startTestRun();
run.jest('variants', { name: 'what is special about each', args: ['--runInBand'] });
if (!process.argv.includes('--short')) {
  for (const variant of [...VARIANTS, VARIANTS.join(',')]) {
    run.jest('sidecars', {
      name: `journeys on ${variant.replaceAll(',', ', ')}`,
      args: ['--runInBand', '--', 'tests/journeys'],
      // The list's test places 1,000 orders, which says no more about a store than these do.
      env: { TEST_LIST_ORDERS: '200', ...process.env, TEST_VARIANTS: variant },
    });
  }
}
run.end();
