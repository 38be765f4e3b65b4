import type { PaymentFacts } from '../../shared/contracts/booking';
import type {
  CancelOutcome,
  CancelRequest,
  ChargeOutcome,
  ChargeRequest,
  CloseOutcome,
  CloseRequest,
  SupplementOutcome,
  SupplementRequest,
  WithdrawRequest,
} from '../../shared/contracts/charges';
import type { OrderEvent } from '../../shared/contracts/events';

interface Book {
  status: 'none' | 'open' | 'captured' | 'declined' | 'closed' | 'canceled';
  attempt: string;
  /** What is due, by the ticket that made it so; the last one holds. */
  dues: { ticket: string; dueKrw: number }[];
  charges: { ticket: string; amountKrw: number }[];
  /** By refund id. */
  refunds: Record<string, number>;
  payMethod: 'card' | 'cash';
  /** By which ticket the amount was due that the customer paid. */
  paidFor?: string;
  closedTickets: string[];
  withdrawnCancelId: string;
  canceled?: CancelOutcome;
}

export const declinedCard = { token: 'declined', brand: 'visa', last4: '0002' };
export const goodCard = { token: 'good', brand: 'visa', last4: '4242' };

/** For tests: payment as contracts/charges.ts promises it, and the card company's books. Never away, never slow. */
export class PaymentBooks {
  readonly byOrder = new Map<string, Book>();
  readonly asked: { what: string; request: unknown }[] = [];

  book(orderId: string): Book {
    const known = this.byOrder.get(orderId);
    if (known) return known;
    const book: Book = {
      status: 'none',
      attempt: '',
      dues: [],
      charges: [],
      refunds: {},
      payMethod: 'card',
      closedTickets: [],
      withdrawnCancelId: '',
    };
    this.byOrder.set(orderId, book);
    return book;
  }

  /** What was taken of an order's customer and has not gone back. */
  keptKrw(orderId: string): number {
    const { charges, refunds } = this.book(orderId);
    return sum(charges.map(({ amountKrw }) => amountKrw)) - sum(Object.values(refunds));
  }

  charge({ orderId, attempt, amountKrw, card, sealedCard }: ChargeRequest): ChargeOutcome {
    if (sealedCard !== undefined && !card) return { outcome: 'card invalid' };
    const book = this.book(orderId);
    if (book.closedTickets.includes(attempt) || book.status === 'canceled') return { outcome: 'closed' };
    if (book.attempt !== attempt) {
      if (book.attempt > attempt) return { outcome: 'closed' };
      if (book.status === 'open' || book.status === 'captured') return { outcome: 'occupied' };
      Object.assign(book, { status: 'none', attempt, dues: [{ ticket: attempt, dueKrw: amountKrw }] });
    }
    if (book.status === 'closed') return { outcome: 'closed' };
    if (book.status === 'none') {
      book.status = !card ? 'open' : card.token === declinedCard.token ? 'declined' : 'captured';
      if (book.status === 'captured') book.charges.push({ ticket: attempt, amountKrw });
    }
    if (book.status === 'declined') return { outcome: 'declined', reason: 'card_declined' };
    return book.status === 'open'
      ? { outcome: 'opened' }
      : { outcome: 'approved', payment: this.facts(orderId) };
  }

  /** The customer pays what is due; the event that payment then tells, or undefined where nothing is to be paid. */
  pay(orderId: string, payMethod: 'card' | 'cash' = 'card') {
    const book = this.book(orderId);
    if (book.status !== 'open') return undefined;
    const { attempt } = book;
    Object.assign(book, { status: 'captured', payMethod, paidFor: book.dues.at(-1)?.ticket });
    book.charges.push({ ticket: attempt, amountKrw: book.dues.at(-1)?.dueKrw ?? 0 });
    return { attempt, payment: this.facts(orderId) };
  }

  close({ orderId, attempt, intent }: CloseRequest): CloseOutcome {
    const book = this.book(orderId);
    if (book.attempt !== attempt) {
      // Of a supplement, or of an attempt that is not this one: what it took goes back, and it takes nothing any more.
      const at = book.dues.findIndex(({ ticket }) => ticket === attempt);
      const [before, undone] = [book.dues[at - 1], book.dues[at]];
      if (before && undone && book.paidFor === attempt && undone.dueKrw > before.dueKrw) {
        book.refunds[`too much for ${attempt}`] = undone.dueKrw - before.dueKrw;
      }
      book.dues = book.dues.filter(({ ticket }) => ticket !== attempt);
      book.charges = book.charges.filter(({ ticket }) => ticket !== attempt);
      book.closedTickets.push(attempt);
      return { outcome: 'closed' };
    }
    if (book.status === 'captured' && intent === 'expire')
      return { outcome: 'paid', payment: this.facts(orderId) };
    if (book.status === 'captured') book.charges = [];
    if (book.status !== 'canceled') book.status = 'closed';
    book.closedTickets.push(attempt);
    return { outcome: 'closed' };
  }

  cancel({ orderId, cancelId, refundKrw }: CancelRequest): CancelOutcome {
    const book = this.book(orderId);
    if (book.canceled) return book.canceled;
    if (cancelId <= book.withdrawnCancelId) return { outcome: 'withdrawn' };
    const wasPaid = book.status === 'captured';
    if (wasPaid && refundKrw > 0) book.refunds[cancelId] = refundKrw;
    book.status = 'canceled';
    book.canceled = {
      outcome: 'canceled',
      refundKrw: wasPaid ? refundKrw : 0,
      ...(wasPaid ? { payment: this.facts(orderId) } : {}),
    };
    return book.canceled;
  }

  withdrawCancel({ orderId, cancelId }: WithdrawRequest): CancelOutcome {
    const book = this.book(orderId);
    if (book.canceled) return book.canceled;
    if (cancelId > book.withdrawnCancelId) book.withdrawnCancelId = cancelId;
    return { outcome: 'withdrawn' };
  }

  supplement({
    orderId,
    attempt,
    ticket,
    dueKrw,
    differenceKrw,
    card,
  }: SupplementRequest): SupplementOutcome {
    const book = this.book(orderId);
    const takesMoney = book.status === 'open' || book.status === 'captured';
    if (!takesMoney || book.attempt !== attempt || book.closedTickets.includes(ticket))
      return { outcome: 'closed' };
    const isKnown = book.dues.some((due) => due.ticket === ticket);
    if (!isKnown && book.status === 'captured' && differenceKrw > 0) {
      if (book.payMethod === 'cash' && !card) return { outcome: 'card needed', differenceKrw };
      if (card?.token === declinedCard.token) return { outcome: 'declined', reason: 'card_declined' };
      book.charges.push({ ticket, amountKrw: differenceKrw });
    }
    if (!isKnown) book.dues.push({ ticket, dueKrw });
    return book.status === 'open'
      ? { outcome: 'opened' }
      : { outcome: 'approved', payment: this.facts(orderId) };
  }

  /** What payment does about an event of the order. It comes as often as it likes. */
  hear({ orderId, type, data }: Pick<OrderEvent, 'orderId' | 'type' | 'data'>): void {
    const book = this.book(orderId);
    if ('refund' in data && data.refund && book.charges.length > 0) {
      book.refunds[data.refund.refundId] = data.refund.refundKrw;
    }
    const hasEnded = type === 'OrderCanceled' || type === 'OrderRejected';
    if (hasEnded && 'refund' in data && data.refund) book.status = 'canceled';
  }

  private facts(orderId: string): PaymentFacts {
    const { charges, payMethod } = this.book(orderId);
    return {
      paymentId: orderId,
      amountKrw: sum(charges.map(({ amountKrw }) => amountKrw)),
      payMethod,
      approvedAt: '2026-11-20T03:00:00.000Z',
    };
  }
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, each) => total + each, 0);
}
