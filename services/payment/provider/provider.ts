import type { CardReference } from '../../shared/contracts/booking';

/**
 * A payment service provider. Every charge has a key of ours, and the provider must treat the key as follows, which is
 * what makes unknown outcomes resolvable: a key is charged at most once, whoever asks and however often; after
 * `void(key)` no charge under that key stands or will ever stand, even if none had been made yet. So it is with the
 * key of a refund: it is paid out at most once, and the first amount holds.
 *
 * A call that brings no answer throws {@link ProviderUnavailable}; what it did is then to be asked by `find`, or made
 * known by asking the same again. What every adapter has to show: tests/support/providerContract.ts.
 */
export interface PaymentProvider {
  /** The lasting reference to a card, or undefined for a number that no card can have. The number is not kept. */
  tokenize(cardNo: string): Promise<CardReference | undefined>;
  /**
   * With `capture`, the money is taken in the same step, also where an earlier call had only authorised it. Repeated
   * with its key, it answers the same.
   */
  authorise(request: ChargeRequest & { capture: true }): Promise<SettledRecord>;
  authorise(request: ChargeRequest & { capture: boolean }): Promise<ChargeRecord>;
  /** Takes what was authorised. Answers what stands under the key then; undefined if nothing ever did. */
  capture(key: string): Promise<ChargeRecord | undefined>;
  /** Gives back all of it that is left; a declined charge stays declined. */
  void(key: string): Promise<void>;
  /** Gives back a part of what was captured, or all of it. */
  refund(request: { key: string; refundKey: string; amountKrw: number }): Promise<RefundOutcome>;
  find(key: string): Promise<ChargeRecord | undefined>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

export interface ChargeRequest {
  key: string;
  amountKrw: number;
  card: CardReference;
}

export type ChargeRecord = AuthorisedRecord | SettledRecord;

export type SettledRecord =
  | (Omit<AuthorisedRecord, 'status'> & {
      status: 'captured';
      capturedAt: string;
      /** What went back, by refund key. */
      refunds: Record<string, number>;
    })
  | { status: 'declined'; reason: string }
  | { status: 'voided' };

export interface AuthorisedRecord {
  status: 'authorised';
  providerId: string;
  amountKrw: number;
  /** The card that was charged: of a repeat with another card, the first one's. */
  card: Pick<CardReference, 'brand' | 'last4'>;
}

export type RefundOutcome =
  | { outcome: 'refunded'; amountKrw: number }
  | { outcome: 'refused'; reason: 'not_captured' | 'exceeds_captured' };

export class ProviderUnavailable extends Error {}
