import type { BookingSummary } from '../../shared/contracts/booking';
import type { OrderEvent } from '../../shared/contracts/events';
import {
  type AcceptedOrder,
  type HistoryEntry,
  type Placement,
  type Standing,
  standingAtFirst,
} from './orderState';

/** What the world hears of one step of an order's life. */
export type Telling = { [Type in OrderEvent['type']]: TellingOf<Type> }[OrderEvent['type']];
type TellingOf<Type extends OrderEvent['type']> = {
  type: Type;
  at: string;
  data: Extract<OrderEvent, { type: Type }>['data'];
};

/**
 * One event for each step, in order, out of the order's state alone: what was told once can be told again, word for
 * word, to who builds a view anew.
 */
export function tellingsOf({ placement, history }: AcceptedOrder): Telling[] {
  let standing = standingAtFirst(placement);
  return history.map((entry) => {
    if (entry.kind === 'moved') standing = entry.to;
    return tell(entry, placement, standing);
  });
}

function tell(entry: HistoryEntry, placement: Placement, standing: Standing): Telling {
  const { at } = entry;
  const booking = bookingOf(placement, standing);
  switch (entry.kind) {
    case 'placed':
      return { type: 'OrderPlaced', at, data: placedData(placement) };
    case 'progressed': {
      const { status, payment, reservationId } = entry;
      const data = { status, booking, payment, ...(reservationId ? { reservationId } : {}) };
      return { type: 'OrderProgressed', at, data };
    }
    case 'moved': {
      const { from, to, payment, refund } = entry;
      const { priceKrw, dueKrw } = to;
      const data = { from: from.seat, booking, priceKrw, dueKrw, ...present({ payment, refund }) };
      return { type: 'OrderMoved', at, data };
    }
    case 'canceled': {
      const { by, reason, payment, refundKrw, refund } = entry;
      const data = { by, booking, refundKrw, ...present({ reason, payment, refund }) };
      return { type: 'OrderCanceled', at, data };
    }
    case 'rejected': {
      const { reason, payment, refundKrw, refund } = entry;
      return {
        type: 'OrderRejected',
        at,
        data: { booking, refundKrw, ...present({ reason, payment, refund }) },
      };
    }
    case 'expired':
      return { type: 'OrderExpired', at, data: { seat: standing.seat } };
  }
}

function placedData(placement: Placement): Extract<OrderEvent, { type: 'OrderPlaced' }>['data'] {
  const { orderType, name, phone, language, seat, zone, priceKrw, dueKrw, paymentDueAt, paidAtOnce } =
    placement;
  return {
    orderType,
    language,
    seat,
    zone,
    priceKrw,
    dueKrw,
    ...present({ name, phone, paymentDueAt, payment: paidAtOnce }),
  };
}

/** What payment and the centre have to know of an order as it stands. */
export function bookingOf({ name }: Placement, { seat, zone, orderType }: Standing): BookingSummary {
  return { seat, zone, orderType, ...(name ? { name } : {}) };
}

// An absent field and one that is undefined are the same once they have travelled; so are they here.
function present<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };
}
