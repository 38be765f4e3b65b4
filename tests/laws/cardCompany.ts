import {
  type ChargeRecord,
  type ChargeRequest,
  type PaymentProvider,
  ProviderUnavailable,
  type RefundOutcome,
  type SettledRecord,
} from '../../services/payment/provider/provider';
import { chargeLaw } from './instantLaws';
import { cards } from './settings';
import type { World } from './world';

type Ask = <Result>(what: string, work: () => Result) => Promise<Result>;

/** A card company whose books lie in the world; it keeps what PaymentProvider promises. */
export function cardCompany(world: World, over: Ask): PaymentProvider {
  const { charges, plant } = world;
  const ask: Ask = async (what, work) => {
    try {
      return await over(what, () => {
        const answer = work();
        return answer === undefined ? answer : JSON.parse(JSON.stringify(answer));
      });
    } catch (error) {
      throw new ProviderUnavailable('no answer', { cause: error });
    }
  };

  function charge({ key, amountKrw, card }: ChargeRequest): SettledRecord {
    const known = charges.get(key);
    if (known && known.status !== 'authorised') return known;
    const { brand, last4, token } = card;
    const record: SettledRecord =
      token === cards.declined.token
        ? { status: 'declined', reason: 'card_declined' }
        : {
            status: 'captured',
            providerId: `card-${key}`,
            amountKrw,
            card: { brand, last4 },
            capturedAt: world.clock().toISOString(),
            refunds: {},
          };
    charges.set(key, record);
    return record;
  }

  function refund(key: string, refundKey: string, amountKrw: number): RefundOutcome {
    const record = charges.get(key);
    if (record?.status !== 'captured') return { outcome: 'refused', reason: 'not_captured' };
    const known = record.refunds[refundKey];
    if (known !== undefined && !plant.refundsTwice) return { outcome: 'refunded', amountKrw: known };
    const name = known === undefined ? refundKey : `${refundKey} again`;
    const refunds = { ...record.refunds, [name]: amountKrw };
    const broken = chargeLaw(key, record.amountKrw, refunds);
    if (broken.length > 0 && !plant.refundsTwice) return { outcome: 'refused', reason: 'exceeds_captured' };
    world.broken.push(...broken);
    charges.set(key, { ...record, refunds });
    return { outcome: 'refunded', amountKrw };
  }

  return {
    tokenize: async () => cards.good,
    authorise: ((request: ChargeRequest) =>
      ask('authorise', () => charge(request))) as PaymentProvider['authorise'],
    capture: (key) => ask('capture', () => charges.get(key)),
    void: (key) =>
      ask('void', () => {
        if (charges.get(key)?.status === 'declined' || plant.forgetsVoid) return;
        charges.set(key, { status: 'voided' });
      }),
    refund: ({ key, refundKey, amountKrw }) => ask('refund', () => refund(key, refundKey, amountKrw)),
    find: (key) => ask('find', (): ChargeRecord | undefined => charges.get(key)),
    isReachable: async () => true,
    close: async () => {},
  };
}
