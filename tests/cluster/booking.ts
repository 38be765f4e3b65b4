import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';

let persons = 0;
const group = 2_000 + Math.floor(Math.random() * 7_000);

/** A phone of its own for each person, so that nobody's limit is met by chance. */
export function somebody(): string {
  persons += 1;
  return `010-${group + Math.floor(persons / 9_000)}-${1_000 + (persons % 9_000)}`;
}

/**
 * Seats that are free, day after day as people take them, of which no two are the same: nobody fights for one. The first days
 * are left to whoever books without a wish.
 */
export async function openSeats(api: Api): Promise<() => { date: string; time: string }> {
  const seats = (await daysOf(api)).flatMap(({ date, times }) =>
    seatsOf(times).map((time) => ({ date, time })),
  );
  let next = 0;
  return () => {
    const seat = seats[next++];
    if (!seat) throw new Error(`all of ${seats.length} free seats were taken`);
    return seat;
  };
}

async function daysOf(api: Api): Promise<Day[]> {
  const day = (after: number) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
  const spans = await Promise.all(
    [8, 30, 52].map((from) => api.get(`/slots?from=${day(from)}&to=${day(from + 21)}`)),
  );
  return spans.flatMap(({ body }) => body._embedded?.slots ?? []);
}

/** The times of a day, one after the other, each as often as it has a free seat. */
function seatsOf(times: Day['times']): string[] {
  const most = Math.max(0, ...times.map(({ free }) => free));
  const rounds = Array.from({ length: most }, (_, round) => times.filter(({ free }) => free > round));
  return rounds.flat().map(({ time }) => time);
}

interface Day {
  date: string;
  times: { time: string; free: number }[];
}

/** Books and pays at once. */
export async function bookPaid(api: Api, seat: object, phone = somebody()): Promise<Reply> {
  return api.order({ ...seat, phone, cardNo: goodCard });
}

/** As people do after a 503: the same again, under the same key. Resolves to the order's id. */
export async function bookSurely(api: Api, seat: object, withinMs = 120_000): Promise<string> {
  const headers = { 'idempotency-key': `k-${somebody()}-${Math.random()}` };
  const body = { ...seat, phone: somebody(), cardNo: goodCard };
  return eventually(
    'the booking is taken',
    async () => {
      const { status, body: order } = await api.order(body, headers);
      if (status === 201) return order.orderId as string;
      if (status < 500) throw new Error(`${status} ${JSON.stringify(order)}`);
      return undefined;
    },
    { withinMs, everyMs: 500 },
  );
}

export function reaches(api: Api, orderId: string, status: string, withinMs = 90_000): Promise<boolean> {
  return eventually(
    `my page of ${orderId} says ${status}`,
    async () => (await api.myPageStatus(orderId)) === status,
    { withinMs, everyMs: 250 },
  );
}
