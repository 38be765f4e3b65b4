import { bookingsByDay, type Demand, peakRate } from './demand';
import { serversFor } from './queue';

export const services = ['gateway', 'order', 'payment', 'reservation', 'notification'] as const;
export type Service = (typeof services)[number];

/** CPU-ms that one of something takes, of each service with its sidecar, and of what all of them share. */
export type CpuMs = Record<Service | 'redis' | 'scheduler', number>;

/** As `npm run bench -- costs` measures them. */
export interface Costs {
  booking: CpuMs;
  confirm: CpuMs;
  readPage: CpuMs;
  lookForSeats: CpuMs;
  /** What Redis keeps of a booking: states, lists, page and messages. */
  bytesABooking: number;
  /** Of these, the lists', of which each lies in one slot of a Redis cluster. */
  listBytesABooking: number;
  /** How long a centre's day is taken by one booking. */
  slotTurnMs: number;
  /** How long a consumer is taken by one event. */
  eventMs: number;
}

/** What people do for each booking that is made. */
export const perBooking = { confirm: 1, readPage: 8, lookForSeats: 5 };

export interface Plan {
  peakBookings: number;
  /** All requests of the public. */
  peakRequests: number;
  pods: Record<Service, number>;
  /** Of the topic `orders`, whose consumers take one event of a partition after the other. */
  partitions: number;
  redisShare: number;
  schedulerShare: number;
  /** Redis' memory for what two years leave. */
  storedGiB: number;
  listGiB: number;
  /** How many can book one and the same centre's day in a second. */
  bookingsOfOneDay: number;
  first: string;
}

/** A pod may wait for CPU no longer than this, and has something left for the loss of another one. */
const bound = { waitMs: 60, share: 0.6 };
const podsMin = 2;
const yearsKept = 2;
/** Beyond this, one Redis is slow to start and to copy. */
const redisGiBMax = 32;

export function planFor(demand: Demand, costs: Costs): Plan {
  const rate = peakRate(demand);
  const cpuMsOf = (part: keyof CpuMs) =>
    costs.booking[part] +
    perBooking.confirm * costs.confirm[part] +
    perBooking.readPage * costs.readPage[part] +
    perBooking.lookForSeats * costs.lookForSeats[part];
  const pods = Object.fromEntries(
    services.map((service) => [service, Math.max(podsMin, podsOf(rate, cpuMsOf(service)))]),
  ) as Record<Service, number>;
  const yearly = bookingsByDay(demand).reduce((sum, each) => sum + each, 0);
  const gib = (bytes: number) => (bytes * yearly * yearsKept) / 2 ** 30;
  const eventRate = rate * 3;
  const shape = {
    peakBookings: rate,
    peakRequests: rate * (1 + perBooking.confirm + perBooking.readPage + perBooking.lookForSeats),
    pods,
    partitions: Math.max(3, serversFor(eventRate, costs.eventMs, { waitMs: 1_000, share: 0.5 })),
    redisShare: (rate * cpuMsOf('redis')) / 1_000,
    schedulerShare: (rate * cpuMsOf('scheduler')) / 1_000,
    storedGiB: gib(costs.bytesABooking),
    listGiB: gib(costs.listBytesABooking),
    bookingsOfOneDay: 1_000 / costs.slotTurnMs,
  };
  return { ...shape, first: firstLimit(shape) };
}

// A request's work comes in pieces with waits between them: a pod, which has one core, takes them one after the other.
function podsOf(rate: number, cpuMs: number): number {
  const pieces = 5;
  return serversFor(rate * pieces, cpuMs / pieces, bound);
}

/** What gives way first, as demand grows. */
function firstLimit({ listGiB, storedGiB, redisShare, schedulerShare }: Omit<Plan, 'first'>): string {
  const limits: [string, number][] = [
    ['memory of one Redis', storedGiB / redisGiBMax],
    ["memory of the lists' Redis", listGiB / redisGiBMax],
    ['CPU of one Redis', redisShare / 0.6],
    ['CPU of the scheduler', schedulerShare / 0.6],
  ];
  const [name, use] = limits.sort(([, a], [, b]) => b - a)[0] ?? ['', 0];
  return `${name}, ${use >= 1 ? 'past' : 'at'} ${(100 * use).toFixed(0)} % of what one can do`;
}
