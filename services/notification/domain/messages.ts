import {
  type KeyedRequest,
  type RememberedRequest,
  recall,
  remember,
} from '../../shared/contracts/keyedRequests';
import { isRefusal, type Refusal, refuse } from '../../shared/contracts/refusals';
import type { BookingStatus } from '../../shared/contracts/status';
import { messageText } from './messageTexts';
import type { ShownPage, TimelineEntry } from './myPage';
import { type SmsKind, smsKind } from './smsLength';

/** One row of the SMS ledger: a change of my page, and what became of the message about it. */
export interface MessageRow {
  /** `<orderId>.<n>`, n counting an order's messages from 1; the provider knows a repeat by it. */
  messageId: string;
  orderId: string;
  status: BookingStatus;
  moved?: TimelineEntry['moved'];
  text: string;
  kind: SmsKind;
  createdAt: string;
  delivery: Delivery;
  /** How it failed before it was sent again on request, oldest first. */
  earlierFailures?: readonly Failure[];
  /** Its change was seen by a rebuild alone, not told by its event yet. See {@link heard}. */
  unheard?: true;
  /** Requests to send it again that came with an Idempotency-Key in the last 24 hours. */
  requests?: readonly RememberedRequest[];
}

export type Delivery =
  | { state: 'pending'; tries: number; lastFailure?: string }
  /** Without an id where the provider tells none. */
  | { state: 'sent'; tries: number; providerId?: string; sentAt: string }
  | ({ state: 'failed' } & Failure)
  /** The booking left no phone number. */
  | { state: 'no recipient' };

export interface Failure {
  reason: string;
  tries: number;
  failedAt: string;
}

/** The reason of a row that a rebuild added: whether its message went out, nobody can tell. */
export const unknownAfterRebuild = 'unknown_after_rebuild';

/** The row for a page's last change, as it is told live: to be sent, where there is a phone. */
export function newMessage(page: ShownPage): MessageRow {
  const entry = page.timeline.at(-1);
  if (!entry) throw new Error('a page that is shown has a timeline');
  const text = messageText(page);
  return {
    messageId: `${page.orderId}.${page.timeline.length}`,
    orderId: page.orderId,
    status: page.status,
    ...(entry.moved ? { moved: entry.moved } : {}),
    text,
    kind: smsKind(text),
    createdAt: entry.at,
    delivery: page.booking.phone ? { state: 'pending', tries: 0 } : { state: 'no recipient' },
  };
}

/**
 * The row for a page's last change, of which a rebuild finds no row. It is never sent by itself: the ledger may have
 * been lost. Only where the event of the change is still on its way (`isUnheard`) will that make it due.
 */
export function unknownMessage(page: ShownPage, isUnheard: boolean, failedAt: string): MessageRow {
  const row = newMessage(page);
  if (row.delivery.state === 'no recipient') return row;
  return {
    ...row,
    delivery: { state: 'failed', reason: unknownAfterRebuild, tries: 0, failedAt },
    ...(isUnheard ? { unheard: true } : {}),
  };
}

/** The row once the event of its change came, if a rebuild had been faster; undefined where that changes nothing. */
export function heard({ unheard, ...row }: MessageRow): MessageRow | undefined {
  return unheard ? { ...row, delivery: { state: 'pending', tries: 0 } } : undefined;
}

/** Who asks for a message again, under the key of an Idempotency-Key. */
export interface KeyedAsking {
  request: KeyedRequest;
  at: Date;
}

/** A failed row, pending again; the same row for a repeat of the request that made it so. */
export function resent(row: MessageRow, asked?: KeyedAsking): MessageRow | Refusal {
  const known = asked && recall(row.requests ?? [], asked.request, asked.at);
  if (known) return isRefusal(known) ? known : row;
  if (row.delivery.state !== 'failed') return refuse('message_not_failed');
  const { unheard: _, ...kept } = row;
  const { state: __, ...failure } = row.delivery;
  return {
    ...kept,
    delivery: { state: 'pending', tries: 0 },
    earlierFailures: [...(row.earlierFailures ?? []), failure].slice(-earlierFailuresMax),
    ...(asked ? { requests: remember(row.requests ?? [], asked.request, 'done', asked.at) } : {}),
  };
}

const earlierFailuresMax = 20;
