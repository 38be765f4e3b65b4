import { createHmac } from 'node:crypto';
import type { CardReference } from '../../shared/contracts/booking';

/** Who a caller is and which request this is, as digests that give nothing personal away. */
export interface CustomerIdentity {
  /** The phone, else name and card; undefined when neither says who it is. */
  customerKey(person: {
    phone?: string | undefined;
    name?: string | undefined;
    card?: CardReference | undefined;
  }): string | undefined;
  /** Of who gives neither: the address that a request came from. */
  addressKey(address: string): string;
  /** The order id that a caller's Idempotency-Key leads to; `earlier` orders under it are older than a key lives. */
  orderIdFor(caller: string, idempotencyKey: string, earlier?: number): string;
  /** Digest of a request's meaning, to tell a repeat from another request under the same key. */
  fingerprint(request: Record<string, unknown>): string;
}

/** The secret keeps a phone number from being found by trying all of them. */
export function createCustomerIdentity(secret: string): CustomerIdentity {
  const keyed = (text: string) => createHmac('sha256', secret).update(text).digest('hex');
  return {
    customerKey({ phone, name, card }) {
      if (phone) return keyed(`phone:${phone}`).slice(0, 32);
      return name && card ? keyed(JSON.stringify(['card', name, card.token])).slice(0, 32) : undefined;
    },
    addressKey: (address) => keyed(`address:${address}`).slice(0, 32),
    orderIdFor: (caller, idempotencyKey, earlier = 0) =>
      asUuid(keyed(JSON.stringify(['order', caller, idempotencyKey, ...(earlier ? [earlier] : [])]))),
    fingerprint: (request) => keyed(canonicalJson(request)),
  };
}

// RFC 9562, version 8: an application's own bits.
function asUuid(hex: string): string {
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function canonicalJson(record: Record<string, unknown>): string {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return JSON.stringify(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
