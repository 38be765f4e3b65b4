import { type CenterCalendar, standardCalendars } from '../../services/shared/contracts/calendar';
import { eventually } from '../../tools/system/waiting';
import { type Api, goodCard, type Reply } from '../support/api';

let persons = 0;
const group = 2_000 + Math.floor(Math.random() * 7_000);

/** A phone of its own for each person, so that nobody's limit is met by chance. */
export function somebody(): string {
  persons += 1;
  return `010-${group + Math.floor(persons / 9_000)}-${1_000 + (persons % 9_000)}`;
}

let next = 0;

/** Days and times in turn, so that no seat is fought for: the first days are left to whoever books without a wish. */
export async function openSeats(api: Api): Promise<() => { date: string; time: string }> {
  const day = (after: number) => new Date(Date.now() + after * 86_400_000).toISOString().slice(0, 10);
  const spans = await Promise.all(
    [8, 30, 52].map((from) => api.get(`/slots?from=${day(from)}&to=${day(from + 21)}`)),
  );
  const seats = spans
    .flatMap(({ body }) => (body._embedded?.slots ?? []) as Day[])
    .filter(({ free }) => free > 0)
    .flatMap(({ date, times }) => times.map(({ time }) => ({ date, time })));
  return () => {
    next += 1;
    return seats[next % seats.length] as { date: string; time: string };
  };
}

/** The centre takes more people at each time, so that a long load finds seats to the end. */
export async function openMoreSeats(api: Api): Promise<void> {
  const calendar = standardCalendars.seoul as CenterCalendar;
  const openings = calendar.openings.map((opening) => ({ ...opening, seats: 100 }));
  const reply = await api.put('/calendars/seoul', { ...calendar, openings }, { 'if-match': '*' });
  if (reply.status !== 200) throw new Error(`the calendar was not changed: ${JSON.stringify(reply.body)}`);
}

interface Day {
  date: string;
  free: number;
  times: { time: string }[];
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
