import { performance } from 'node:perf_hooks';

/** What the caller knows of a call: it worked, it was refused and did nothing, or nobody can tell. */
export type Outcome = 'ok' | 'refused' | 'unknown';

export type CallKind =
  | 'book with a card'
  | 'book, to be paid'
  | 'the same again'
  | 'pay'
  | 'confirm'
  | 'reject'
  | 'move'
  | 'cancel';

export interface SeatWish {
  date: string;
  time: string;
}

/** One idempotency key: what was asked under it and all that was answered since. */
export interface Booking {
  key: string;
  body: SeatWish & { orderType: string; name: string; phone: string; cardNo?: string };
  /** When its first attempt was sent; µs. */
  firstCall: number;
  attempts: Outcome[];
  /** As acknowledged. */
  orderId?: string;
  /** Every id that was ever acknowledged under the key: more than one is a doubled booking. */
  orderIds: Set<string>;
  /** The hold that it has by what its caller was told, and where. */
  hold?: { id: string; slot: string };
  seat: SeatWish;
  /** From when on something that is not known to have happened, or not yet, may take its seat; µs. */
  mayLeaveFrom?: number;
  paid?: boolean;
  confirmed?: boolean;
  rejected?: boolean;
  /** The refund that its cancellation was answered with. */
  canceledFor?: number;
  /** Cancels of which nobody knows how they ended. */
  cancelUnknown?: boolean;
  /** Seats that an unanswered move may have brought it to. */
  maybeSeats: SeatWish[];
}

/** As the linearizability checker reads it; times in µs. */
export interface SlotCall {
  kind: 'hold' | 'full' | 'free';
  hold?: string;
  maybe?: boolean;
  caller: number;
  call: number;
  return?: number;
}

export interface Journal {
  bookings: Booking[];
  counts: Map<CallKind, Record<Outcome, number>>;
  /** What was refused, by code. */
  refusals: Map<string, number>;
  slots: Map<string, SlotCall[]>;
  count(kind: CallKind, outcome: Outcome, code?: string): void;
  note(slot: string, call: Omit<SlotCall, 'caller'>): void;
  calls(): Record<Outcome, number>;
}

export function createJournal(): Journal {
  const counts: Journal['counts'] = new Map();
  const refusals: Journal['refusals'] = new Map();
  const slots: Journal['slots'] = new Map();
  return {
    bookings: [],
    counts,
    refusals,
    slots,
    count(kind, outcome, code) {
      const row = counts.get(kind) ?? { ok: 0, refused: 0, unknown: 0 };
      row[outcome] += 1;
      counts.set(kind, row);
      if (code) refusals.set(code, (refusals.get(code) ?? 0) + 1);
    },
    note(slot, call) {
      const own = slots.get(slot) ?? [];
      // Each has a caller of its own: an effect that is still open must not seem to follow the caller's last one.
      own.push({ ...call, caller: own.length });
      slots.set(slot, own);
    },
    calls() {
      const sum = { ok: 0, refused: 0, unknown: 0 };
      for (const row of counts.values())
        for (const outcome of ['ok', 'refused', 'unknown'] as const) sum[outcome] += row[outcome];
      return sum;
    },
  };
}

export function slotOf({ date, time }: SeatWish): string {
  return `${date} ${time}`;
}

export function nowMicros(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1_000);
}
