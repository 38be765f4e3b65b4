import type { CardReference } from '../../shared/contracts/booking';

/**
 * A payment service provider. Every charge has a key of ours, and the provider must treat the key as follows, which is
 * what makes unknown outcomes resolvable: a key is charged at most once, whoever asks and however often; after
 * `void(key)` no charge under that key stands or will ever stand, even if none had been made yet.
 *
 * A call that brings no answer throws {@link ProviderUnavailable}; what it did is then to be asked by `find`.
 */
export interface PaymentProvider {
  /** The lasting reference to a card, or undefined for a number that no card can have. The number is not kept. */
  tokenize(cardNo: string): Promise<CardReference | undefined>;
  /** Authorises and captures in one step. Repeated with its key, it answers the same. */
  charge(request: { key: string; amountKrw: number; card: CardReference }): Promise<ChargeRecord>;
  find(key: string): Promise<ChargeRecord | undefined>;
  void(key: string): Promise<void>;
  isReachable(): Promise<boolean>;
  close(): Promise<void>;
}

export type ChargeRecord =
  | {
      status: 'captured';
      providerId: string;
      amountKrw: number;
      capturedAt: string;
      /** The card that was charged: of a repeat with another card, the first one's. */
      card: Pick<CardReference, 'brand' | 'last4'>;
    }
  | { status: 'declined'; reason: string }
  | { status: 'voided' };

export class ProviderUnavailable extends Error {}
