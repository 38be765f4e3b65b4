import { centerIds, dateAfter } from '../calendars';
import { type Answer, type Customers, failureOf } from '../customers';
import { closedCount, closedLoop, quantile } from '../load';
import { costText, loadText, measure } from '../measure';
import { atRest } from '../rest';
import type { Part } from './part';

/** What people do in the last weeks of a year, of a hundred things they do. Most look; the near days are wanted most. */
const mix = {
  'reads my page': 46,
  'looks for free seats': 14,
  'books with a card': 18,
  'books and pays later': 6,
  'is confirmed': 8,
  moves: 3,
  cancels: 3,
  'lists all': 2,
} as const;
type Kind = keyof typeof mix;

/** In a closed loop, for that is what a crowd becomes whose pages answer slowly. A refusal by a rule is an answer. */
export const yearEnd: Part = async ({ system, rest, seconds, callers }) => {
  const crowd = new Crowd(system.customers);
  await closedCount(callers, 150, async (number) =>
    failureOf(await crowd.does('books with a card', number), 201),
  );
  await atRest(system.infra);
  const times = new Map<Kind, number[]>();
  let refused = 0;
  const load = await measure(system, rest, () =>
    closedLoop(callers, seconds, async (number) => {
      const kind = kindOf(number);
      const begun = performance.now();
      const answer = await crowd.does(kind, number);
      const ofKind = times.get(kind) ?? [];
      times.set(kind, ofKind);
      ofKind.push(performance.now() - begun);
      if (answer.status === 409) refused += 1;
      return failureOf(answer, 200, 201, 409);
    }),
  );
  return [
    ...loadText(`a year's end, ${callers} callers`, load),
    costText(load),
    `  ${refused} of them were refused by a rule`,
    ...[...times].map(([kind, list]) => {
      const sorted = list.sort((a, b) => a - b);
      const at = (share: number) => quantile(sorted, share).toFixed(1).padStart(7);
      return `  ${kind.padEnd(22)} ${String(list.length).padStart(6)} × p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`;
    }),
  ];
};

// The same order of kinds in each run, without runs of the same kind.
function kindOf(number: number): Kind {
  let place = (number * 37) % 100;
  for (const [kind, share] of Object.entries(mix)) {
    place -= share;
    if (place < 0) return kind as Kind;
  }
  return 'reads my page';
}

/** Half of all want the next two weeks. */
function wantedDay(number: number): number {
  const place = (number * 61) % 100;
  return 5 + (place < 50 ? place % 14 : 14 + (place % 46));
}

/** Deals each booking to one of those who do something with it, so that nobody cancels what another moves. */
class Crowd {
  readonly #booked: string[] = [];
  readonly #dealt: Record<'is confirmed' | 'moves' | 'cancels', string[]> = {
    'is confirmed': [],
    moves: [],
    cancels: [],
  };

  constructor(private readonly customers: Customers) {}

  async does(kind: Kind, number: number): Promise<Answer> {
    const { customers } = this;
    const seat = { centerId: centerIds[number % centerIds.length] ?? '', date: dateAfter(wantedDay(number)) };
    switch (kind) {
      case 'books with a card':
        return this.#deal(await customers.book(seat));
      case 'books and pays later': {
        const booked = await customers.book({ ...seat, withCard: false });
        if (booked.status !== 201) return booked;
        return customers.pay(booked.body.orderId);
      }
      case 'looks for free seats':
        return customers.call(
          'GET',
          `/slots?centerId=${seat.centerId}&from=${seat.date}&to=${dateAfter(wantedDay(number) + 2)}`,
        );
      case 'lists all':
        return customers.call('GET', '/mypages?size=20');
      case 'reads my page':
        return this.#read(number);
      default: {
        const orderId = this.#dealt[kind].shift();
        if (!orderId) return this.#read(number);
        if (kind === 'is confirmed') return customers.confirm(orderId);
        if (kind === 'cancels') return customers.cancel(orderId);
        return customers.call('PATCH', `/orders/${orderId}`, { date: dateAfter(wantedDay(number + 1) + 1) });
      }
    }
  }

  #read(number: number): Promise<Answer> {
    return this.customers.readPage(this.#booked[(number * 7_919) % this.#booked.length] ?? '');
  }

  #deal(answer: Answer): Answer {
    if (answer.status !== 201) return answer;
    const { orderId } = answer.body;
    const place = this.#booked.push(orderId) % 12;
    if (place < 5) this.#dealt['is confirmed'].push(orderId);
    else if (place < 7) this.#dealt.moves.push(orderId);
    else if (place < 9) this.#dealt.cancels.push(orderId);
    return answer;
  }
}
