import { createHmac } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CardReference } from '../../shared/contracts/booking';
import { isCardNumber } from '../../shared/platform/logger';
import { openRedis } from '../../shared/platform/redis';
import {
  type ChargeRecord,
  type ChargeRequest,
  type PaymentProvider,
  ProviderUnavailable,
  type RefundOutcome,
  type SettledRecord,
} from './provider';

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
  const { redis, connected } = openRedis(redisUrl);
  const ledgerKey = (key: string) => `simulated-provider:${key}`;

  async function ask<T>(question: () => Promise<T>): Promise<T> {
    await connected;
    try {
      return await question();
    } catch (error) {
      throw new ProviderUnavailable('the provider cannot be reached', { cause: error });
    }
  }

  /** Runs a script on one record, in one step. */
  function run(script: string, key: string, ...values: string[]): Promise<string | null> {
    return ask(
      async () => (await redis.eval(script, { keys: [ledgerKey(key)], arguments: values })) as string | null,
    );
  }

  function authorise(request: ChargeRequest & { capture: true }): Promise<SettledRecord>;
  function authorise(request: ChargeRequest & { capture: boolean }): Promise<ChargeRecord>;
  async function authorise({ key, amountKrw, card, capture }: ChargeRequest & { capture: boolean }) {
    const behaviour = card.token.split('_')[1] as Behaviour;
    if (behaviour === 'unreachable') throw new ProviderUnavailable('the provider cannot be reached');
    if (behaviour === 'slow') await sleep(slowMs);
    const fresh = outcomeOf(behaviour, { key, amountKrw, card, capturedAt: capture ? clock() : undefined });
    const first = await ask(() =>
      redis.set(ledgerKey(key), JSON.stringify(fresh), { condition: 'NX', GET: true }),
    );
    const record = first ? (JSON.parse(String(first)) as ChargeRecord) : fresh;
    if (!capture || record.status !== 'authorised') return record;
    const captured = await run(captureScript, key, clock().toISOString());
    return JSON.parse(captured ?? '') as ChargeRecord;
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

    authorise,

    async capture(key) {
      const record = await run(captureScript, key, clock().toISOString());
      return record ? (JSON.parse(record) as ChargeRecord) : undefined;
    },

    async find(key) {
      const record = await ask(() => redis.get(ledgerKey(key)));
      return record ? (JSON.parse(record) as ChargeRecord) : undefined;
    },

    async void(key) {
      await run(voidScript, key, JSON.stringify({ status: 'voided' }));
    },

    async refund({ key, refundKey, amountKrw }) {
      const answer = await run(refundScript, key, refundKey, String(amountKrw));
      return JSON.parse(answer ?? '') as RefundOutcome;
    },

    isReachable: async () => redis.isReady,
    close: async () => {
      redis.destroy();
    },
  };
}

const captureScript = `
local stored = redis.call('GET', KEYS[1])
if not stored then return false end
local record = cjson.decode(stored)
if record.status ~= 'authorised' then return stored end
record.status = 'captured'
record.capturedAt = ARGV[1]
record.refunds = {}
stored = cjson.encode(record)
redis.call('SET', KEYS[1], stored)
return stored`;

// Anything but a declined charge, even nothing yet, becomes void for ever.
const voidScript = `
local stored = redis.call('GET', KEYS[1])
if stored and cjson.decode(stored).status == 'declined' then return stored end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]`;

const refundScript = `
local stored = redis.call('GET', KEYS[1])
local record = stored and cjson.decode(stored)
if not record or record.status ~= 'captured' then
  return '{"outcome":"refused","reason":"not_captured"}'
end
local amount = record.refunds[ARGV[1]]
if not amount then
  amount = tonumber(ARGV[2])
  local sum = amount
  for _, earlier in pairs(record.refunds) do sum = sum + earlier end
  if sum > record.amountKrw then return '{"outcome":"refused","reason":"exceeds_captured"}' end
  record.refunds[ARGV[1]] = amount
  redis.call('SET', KEYS[1], cjson.encode(record))
end
return cjson.encode({ outcome = 'refunded', amountKrw = amount })`;

function outcomeOf(
  behaviour: Behaviour,
  charge: ChargeRequest & { capturedAt: Date | undefined },
): ChargeRecord {
  if (behaviour === 'declined') return { status: 'declined', reason: 'card_declined' };
  if (behaviour === 'insufficientFunds') return { status: 'declined', reason: 'insufficient_funds' };
  const { key, amountKrw, capturedAt } = charge;
  const { brand, last4 } = charge.card;
  const authorised = { providerId: `sim-${key}`, amountKrw, card: { brand, last4 } };
  return capturedAt
    ? { status: 'captured', ...authorised, capturedAt: capturedAt.toISOString(), refunds: {} }
    : { status: 'authorised', ...authorised };
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
