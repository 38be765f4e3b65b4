// `npm run scale [-- --checkups 20000 --rush 10]`: what 10, 100 and 1,000 centres need at the peak of a year.
// docs/scale.md says what it assumes, and has its table.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../system/plan';
import { type Costs, planFor, services } from './plan';

const { values } = parseArgs({
  options: {
    centers: { type: 'string', default: '10,100,1000' },
    checkups: { type: 'string', default: '20000' },
    'last-quarter': { type: 'string', default: '0.4' },
    'busiest-hour': { type: 'string', default: '0.15' },
    rush: { type: 'string', default: '5' },
  },
});

const costs = JSON.parse(readFileSync(join(projectRoot, 'tools', 'scale', 'measured.json'), 'utf8')) as Costs;

console.log(
  '| centres | bookings/s | requests/s | pods: ' +
    `${services.join(', ')} | partitions | Redis, cores | scheduler, cores | stored in two years | of it lists | first to give way |`,
);
console.log(`|${' ---: |'.repeat(3)} --- |${' ---: |'.repeat(5)} --- |`);
for (const centers of values.centers.split(',').map(Number)) {
  const plan = planFor(
    {
      centers,
      checkups: Number(values.checkups),
      lastQuarterShare: Number(values['last-quarter']),
      busiestHourShare: Number(values['busiest-hour']),
      rush: Number(values.rush),
    },
    costs,
  );
  const cells = [
    String(centers),
    plan.peakBookings.toFixed(1),
    plan.peakRequests.toFixed(0),
    services.map((service) => plan.pods[service]).join(', '),
    String(plan.partitions),
    plan.redisShare.toFixed(2),
    plan.schedulerShare.toFixed(2),
    `${plan.storedGiB.toFixed(1)} GiB`,
    `${plan.listGiB.toFixed(1)} GiB`,
    plan.first,
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
console.log(
  `\nOne centre's day takes ${(1_000 / costs.slotTurnMs).toFixed(0)} bookings a second, however many pods there are.`,
);
