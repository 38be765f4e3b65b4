import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import type { CardReference } from '../../shared/contracts/booking';
import { isCardNumber } from '../../shared/platform/logger';
import { type ChargeRecord, type PaymentProvider, ProviderUnavailable } from './provider';

/** Card numbers with a fixed behaviour; every other valid number is approved. In the README's table. */
export const testCards = {
  approved: '4242424242424242',
  declined: '4000000000000002',
  insufficientFunds: '4000000000009995',
  slow: '4000000000000341',
  unreachable: '4000000000000119',
} as const;

type Behaviour = keyof typeof testCards;

/**
 * A deterministic stand-in for a card company, with a ledger of its own in Redis: it outlives this service as a real
 * one would, and it is what reconciliation counts. A token names its behaviour, so no card number is ever kept.
 */
export function createSimulatedProvider(options: {
  redisUrl: string;
  secret: string;
  slowMs: number;
  clock: () => Date;
}): PaymentProvider {
  const { redisUrl, secret, slowMs, clock } = options;
  const redis = createClient({ url: redisUrl, socket: { connectTimeout: 2_000 }, disableOfflineQueue: true });
  redis.on('error', () => {});
  const connected = redis.connect().catch(() => {});
  const ledgerKey = (key: string) => `simulated-provider:${key}`;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    await connected;
    try {
      return await question();
    } catch (error) {
      throw new ProviderUnavailable('the provider cannot be reached', { cause: error });
    }
  }

  return {
    async tokenize(cardNo) {
      const digits = cardNo.replace(/[ -]/g, '');
      if (!isCardNumber(digits)) return undefined;
      const digest = createHmac('sha256', secret).update(digits).digest('hex').slice(0, 24);
      const card: CardReference = {
        token: `sim_${behaviourOf(digits)}_${digest}`,
        brand: brandOf(digits),
        last4: digits.slice(-4),
      };
      return card;
    },

    async charge({ key, amountKrw, card }) {
      const behaviour = card.token.split('_')[1] as Behaviour;
      if (behaviour === 'unreachable') throw new ProviderUnavailable('the provider cannot be reached');
      if (behaviour === 'slow') await sleep(slowMs);
      const fresh = JSON.stringify(outcomeOf(behaviour, { key, amountKrw, card, now: clock() }));
      const earlier = await ask(() => redis.set(ledgerKey(key), fresh, { condition: 'NX', GET: true }));
      return JSON.parse((earlier as string | null) ?? fresh) as ChargeRecord;
    },

    async find(key) {
      const record = await ask(() => redis.get(ledgerKey(key)));
      return record ? (JSON.parse(record) as ChargeRecord) : undefined;
    },

    // A declined charge stays declined in the books; anything else, even nothing yet, becomes void for ever.
    async void(key) {
      await ask(() =>
        redis.eval(voidScript, { keys: [ledgerKey(key)], arguments: [JSON.stringify({ status: 'voided' })] }),
      );
    },

    isReachable: async () => redis.isReady,
    close: async () => {
      redis.destroy();
    },
  };
}

const voidScript = `
local record = redis.call('GET', KEYS[1])
if record and cjson.decode(record).status == 'declined' then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`;

function outcomeOf(
  behaviour: Behaviour,
  charge: { key: string; amountKrw: number; card: CardReference; now: Date },
): ChargeRecord {
  if (behaviour === 'declined') return { status: 'declined', reason: 'card_declined' };
  if (behaviour === 'insufficientFunds') return { status: 'declined', reason: 'insufficient_funds' };
  const { key, amountKrw, card, now } = charge;
  const { brand, last4 } = card;
  return {
    status: 'captured',
    providerId: `sim-${key}`,
    amountKrw,
    capturedAt: now.toISOString(),
    card: { brand, last4 },
  };
}

function behaviourOf(digits: string): Behaviour {
  const named = Object.entries(testCards).find(([, number]) => number === digits);
  return (named?.[0] as Behaviour | undefined) ?? 'approved';
}

function brandOf(digits: string): string {
  if (digits.startsWith('4')) return 'visa';
  if (/^(5[1-5]|2[2-7])/.test(digits)) return 'mastercard';
  if (/^3[47]/.test(digits)) return 'amex';
  return 'other';
}
