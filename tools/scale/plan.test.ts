import { bookingsByDay, checkupsByDay, type Demand, daysOfYear, peakRate } from './demand';
import { type Costs, type CpuMs, planFor } from './plan';
import { serversFor, waitP99Ms } from './queue';

const demand: Demand = {
  centers: 10,
  checkups: 20_000,
  lastQuarterShare: 0.4,
  busiestHourShare: 0.15,
  rush: 5,
};
const sum = (list: readonly number[]) => list.reduce((all, each) => all + each, 0);

const cpu = (ms: number): CpuMs => ({
  gateway: ms,
  order: ms,
  payment: ms,
  reservation: ms,
  notification: ms,
  redis: ms / 10,
  scheduler: ms / 10,
});
const costs: Costs = {
  booking: cpu(10),
  confirm: cpu(5),
  readPage: cpu(1),
  lookForSeats: cpu(1),
  bytesABooking: 20_000,
  listBytesABooking: 8_000,
  slotTurnMs: 10,
  eventMs: 10,
};

describe('A year', () => {
  test('When two fifths of its checkups are in the last quarter, then they are, and no checkup is lost on the way', () => {
    const days = checkupsByDay(demand);
    expect(sum(days)).toBeCloseTo(200_000);
    expect(sum(days.slice(273))).toBeCloseTo(80_000);
    expect(sum(bookingsByDay(demand))).toBeCloseTo(200_000);
  });

  test('When the last quarter has its even share, then the busiest day has hardly more than the mean; else clearly more', () => {
    const mean = 200_000 / daysOfYear;
    const even = { ...demand, lastQuarterShare: 92 / 365 };
    expect(Math.max(...bookingsByDay(even)) / mean).toBeLessThan(1.5);
    expect(Math.max(...bookingsByDay(demand)) / mean).toBeGreaterThan(1.8);
  });

  test('When there are ten times as many centres, then the peak is ten times as high', () => {
    expect(peakRate({ ...demand, centers: 100 })).toBeCloseTo(10 * peakRate(demand));
  });
});

describe('Waiting', () => {
  test('When servers are hardly used, then nobody waits; near their limit, many do', () => {
    expect(waitP99Ms(1, 1, 1)).toBe(0);
    expect(waitP99Ms(95, 10, 1)).toBeGreaterThan(100);
  });

  test('When one server is half used, then the wait is about what theory says of it', () => {
    // Of those who come at random to one server with a fixed time of service, at half its limit, one in a hundred waits
    // for more than some three to four times of it.
    expect(waitP99Ms(50, 10, 1, 60_000)).toBeGreaterThan(28);
    expect(waitP99Ms(50, 10, 1, 60_000)).toBeLessThan(45);
  });

  test('When more come, then never fewer servers are needed, and each is busy no more than it may be', () => {
    const needed = [10, 50, 100, 500].map((rate) => serversFor(rate, 10, { waitMs: 60, share: 0.6 }));
    expect(needed).toEqual([...needed].sort((a, b) => a - b));
    expect(needed.at(-1)).toBeGreaterThanOrEqual(9);
  });
});

describe('A plan', () => {
  test('When demand is small, then each service has two pods all the same, for one may be lost', () => {
    expect(Object.values(planFor({ ...demand, centers: 1 }, costs).pods)).toEqual([2, 2, 2, 2, 2]);
  });

  test('When centres are a hundred times as many, then what is stored is as well, and pods follow the CPU that is asked for', () => {
    const [few, many] = [planFor(demand, costs), planFor({ ...demand, centers: 1_000 }, costs)];
    expect(many.storedGiB / few.storedGiB).toBeCloseTo(100);
    expect(many.pods.order * 600).toBeGreaterThanOrEqual(many.peakBookings * (10 + 5 + 8 + 5));
    expect(many.partitions).toBeGreaterThanOrEqual(few.partitions);
  });

  test('When states fill one Redis before anything else is at its limit, then that is named', () => {
    expect(planFor({ ...demand, centers: 1_000 }, costs).first).toMatch(/^memory of one Redis, past/);
  });
});
