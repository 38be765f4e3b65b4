import { ProviderUnavailable } from './provider';
import { createSimulatedProvider, testCards } from './simulated';

// A ledger in memory. What changes a record is a script that only Redis runs: tests/sidecars/paymentProvider.test.ts.
jest.mock('redis', () => ({
  createClient: () => {
    const ledger = new Map<string, string>();
    return {
      on: () => {},
      connect: async () => {},
      destroy: () => {},
      get: async (key: string) => ledger.get(key) ?? null,
      set: async (key: string, value: string) => {
        const earlier = ledger.get(key) ?? null;
        if (earlier === null) ledger.set(key, value);
        return earlier;
      },
    };
  },
}));

const provider = simulatedProvider('a secret of sixteen');
const amountKrw = 50_000;

describe('When a card number is turned into a token', () => {
  test.each(Object.entries(testCards))(
    'for the %s test card, then no more of the number is kept than its last four digits',
    async (_name, cardNo) => {
      const card = await provider.tokenize(cardNo);
      for (let start = 0; start <= cardNo.length - 5; start++)
        expect(JSON.stringify(card)).not.toContain(cardNo.slice(start, start + 5));
      expect(card?.last4).toBe(cardNo.slice(-4));
    },
  );

  test('then the same card has the same token, however it is written', async () => {
    const written = ['4242424242424242', '4242 4242 4242 4242', '4242-4242-4242-4242'];
    const cards = await Promise.all(written.map((cardNo) => provider.tokenize(cardNo)));
    expect(cards).toEqual([cards[0], cards[0], cards[0]]);
  });

  test('then another card, and another secret, has another token', async () => {
    const [card, another] = [
      await provider.tokenize('4242424242424242'),
      await provider.tokenize('4111111111111111'),
    ];
    const elsewhere = await simulatedProvider('another secret of sixteen').tokenize('4242424242424242');
    expect(new Set([card?.token, another?.token, elsewhere?.token]).size).toBe(3);
  });

  test.each([
    ['4242424242424242', 'visa'],
    ['5555555555554444', 'mastercard'],
    ['2223003122003222', 'mastercard'],
    ['378282246310005', 'amex'],
    ['6011111111111117', 'other'],
  ])('for %s, then its brand is %s', async (cardNo, brand) => {
    expect(await provider.tokenize(cardNo)).toMatchObject({ brand });
  });

  test.each(['4242424242424241', '4242', '', 'abcd', '42424242424242424242424242', '4242_4242_4242_4242'])(
    'and it is "%s", then no card has that number',
    async (cardNo) => {
      expect(await provider.tokenize(cardNo)).toBeUndefined();
    },
  );
});

describe('When a card is charged', () => {
  test('then the record says how much was taken from which card, and it is found again', async () => {
    const record = await charge('approved card', testCards.approved);
    expect(record).toMatchObject({ status: 'captured', amountKrw, card: { brand: 'visa', last4: '4242' } });
    expect(await provider.find('approved card')).toEqual(record);
  });

  test('then the record has no token', async () => {
    const { token = 'none' } = (await provider.tokenize(testCards.approved)) ?? {};
    expect(JSON.stringify(await charge('without token', testCards.approved))).not.toContain(token);
  });

  test.each([
    [testCards.declined, 'card_declined'],
    [testCards.insufficientFunds, 'insufficient_funds'],
  ])('and it is %s, then it is declined: %s', async (cardNo, reason) => {
    expect(await charge(reason, cardNo)).toEqual({ status: 'declined', reason });
  });

  test.each([
    ['approved', testCards.approved],
    ['declined', testCards.declined],
  ])(
    'again under its key with another card, then the answer is that of the first, which was %s',
    async (...row) => {
      const [key, cardNo] = row;
      const first = await charge(key, cardNo);
      expect(await charge(key, '5555555555554444')).toEqual(first);
      expect(await provider.find(key)).toEqual(first);
    },
  );

  test('and cannot be reached, then there is no answer, and no charge', async () => {
    await expect(charge('unreachable', testCards.unreachable)).rejects.toThrow(ProviderUnavailable);
    expect(await provider.find('unreachable')).toBeUndefined();
  });
});

async function charge(key: string, cardNo: string) {
  const card = await provider.tokenize(cardNo);
  if (!card) throw new Error('no such card');
  return provider.authorise({ key, amountKrw, card, capture: true });
}

function simulatedProvider(secret: string) {
  return createSimulatedProvider({
    redisUrl: 'redis://nowhere',
    secret,
    slowMs: 0,
    clock: () => new Date(0),
  });
}
