import type { MessageRow } from '../../services/notification/domain/messages';
import type { MyPage } from '../../services/notification/domain/myPage';
import { emptyPage } from '../../services/notification/domain/myPage';
import { rebuiltPage } from '../../services/notification/domain/rebuild';
import type { CustomerState } from '../../services/order/domain/customer';
import type { OrderState } from '../../services/order/domain/orderState';
import type { SlotState } from '../../services/order/domain/slot';
import type { PaymentState } from '../../services/payment/domain/payment';
import type { CalendarState } from '../../services/reservation/domain/calendar';
import type { ReservationState } from '../../services/reservation/domain/reservation';
import type { OrderEvent } from '../../services/shared/contracts/events';
import type { Books } from '../support/books';
import { brokenLaws } from '../support/laws';
import { seatsAt } from './settings';
import { numberOf, type World } from './world';

/** What must hold once all has come to rest, by the same rules as the books of a real system. */
export function quietLaws(world: World): string[] {
  const books = booksOf(world);
  return [
    ...brokenLaws(books, (_slot, time) => seatsAt(time), world.now),
    ...nothingHalfDone(world),
    ...sentInOrder(world),
    ...rebuildable(world, books),
  ];
}

function booksOf(world: World): Books {
  const pages = new Map([...world.pages.keys()].map((id) => [id, world.page(id) as MyPage]));
  const messages = new Map<string, MessageRow[]>(
    [...world.rows.keys()].map((id) => [id, world.messages(id)]),
  );
  const lists: Books['lists'] = new Map();
  for (const [name, entries] of world.lists) {
    const shown = [...entries].flatMap(([id, { doc }]) =>
      doc === undefined ? [] : [[id, JSON.parse(doc)] as const],
    );
    lists.set(name, new Map(shown));
  }
  return {
    orders: world.states<OrderState>('order', 'Order'),
    slots: world.states<SlotState>('order', 'Slot'),
    customers: world.states<CustomerState>('order', 'Customer'),
    payments: world.states<PaymentState>('payment', 'Payment'),
    reservations: world.states<ReservationState>('reservation', 'Reservation'),
    pages,
    messages,
    charges: world.charges,
    lists,
  };
}

function nothingHalfDone(world: World): string[] {
  const guards = [...world.reminders.keys()].filter((key) => key.includes('/finish.'));
  const leaving = [...world.states<CalendarState>('reservation', 'Calendar')].flatMap(([id, state]) =>
    state.status === 'edited' && state.leaving.length > 0 ? [`${id}: somebody still has to leave`] : [],
  );
  return [
    ...guards.map((key) => `${key} is still to finish something`),
    ...leaving,
    ...[...world.undelivered].map(
      ({ event, service }) => `${service} has not taken in ${event.slice(0, 90)}`,
    ),
  ];
}

/** Law 6: the provider heard of an order's messages one after another, from the first. */
function sentInOrder({ sent }: World): string[] {
  const heard = new Map<string, number>();
  return sent.flatMap((messageId) => {
    const orderId = messageId.slice(0, messageId.lastIndexOf('.'));
    const before = heard.get(orderId) ?? 0;
    heard.set(orderId, numberOf(messageId));
    return numberOf(messageId) === before + 1 ? [] : [`${messageId} was sent after message ${before}`];
  });
}

/** Law 10: folded from all that was told, each page is the one that is there. */
function rebuildable(world: World, { pages }: Books): string[] {
  const told = new Map<string, OrderEvent[]>();
  for (const json of world.published.values()) {
    const event = JSON.parse(json) as OrderEvent & { eventId: string };
    if (!event.eventId.startsWith('order.')) continue;
    told.set(event.orderId, [...(told.get(event.orderId) ?? []), event]);
  }
  return [...told].flatMap(([orderId, events]) => {
    const ordered = events.sort((a, b) => a.version - b.version);
    const rebuilt = rebuiltPage(emptyPage(orderId), ordered, world.clock());
    const isSame = JSON.stringify(rebuilt?.page) === JSON.stringify(pages.get(orderId));
    return isSame ? [] : [`${orderId}: built anew, my page is another`];
  });
}
