import { randomUUID } from 'node:crypto';
import { type PaymentProvider, ProviderUnavailable } from '../../services/payment/provider/provider';
import type { CardReference } from '../../services/shared/contracts/booking';

/** Numbers of test cards at the provider, by what it does with them. */
export interface ContractCards {
  approved: string;
  /** Approved too. */
  another: string;
  declined: string;
  /** No answer comes for it; absent where the provider has no such card. */
  unreachable?: string;
}

const amountKrw = 50_000;

/**
 * What payment relies on, whoever the provider is: its adapter is not to be used before all of this passes against the
 * provider's own test system. `makeProvider` connects anew, as another process would. `authorisesFirst: false` is for
 * one that always captures at once; a booking is paid in one step, so it has all that bookings need.
 */
export function providerContract(
  name: string,
  makeProvider: () => PaymentProvider,
  cards: ContractCards,
  { authorisesFirst = true }: { authorisesFirst?: boolean } = {},
): void {
  describe(`The payment provider ${name}`, () => {
    let provider: PaymentProvider;
    let another: PaymentProvider;
    beforeAll(async () => {
      provider = makeProvider();
      another = makeProvider();
    });
    afterAll(() => Promise.all([provider.close(), another.close()]));

    const card = async (number: string): Promise<CardReference> => {
      const reference = await provider.tokenize(number);
      if (!reference) throw new Error('the provider knows no such card');
      return reference;
    };
    const charge = async (key: string, telling: { number?: string; amountKrw?: number } = {}) =>
      provider.authorise({
        key,
        amountKrw,
        capture: true,
        ...telling,
        card: await card(telling.number ?? cards.approved),
      });
    const hold = async (key: string) =>
      provider.authorise({ key, amountKrw, card: await card(cards.approved), capture: false });
    const refund = (key: string, refundKey: string, krw: number) =>
      provider.refund({ key, refundKey, amountKrw: krw });
    const status = async (key: string) => (await provider.find(key))?.status;

    describe('When a card is charged', () => {
      test('then the record says how much was taken from which card, without its token, and others find it', async () => {
        const key = randomUUID();
        const record = await charge(key);
        const { token, brand, last4 } = await card(cards.approved);
        expect(record).toMatchObject({ status: 'captured', amountKrw, card: { brand, last4 }, refunds: {} });
        expect(JSON.stringify(record)).not.toContain(token);
        expect(await another.find(key)).toEqual(record);
      });

      test('again under its key, with another card and amount, then the first answer comes again', async () => {
        const key = randomUUID();
        const first = await charge(key);
        expect(await charge(key, { number: cards.another, amountKrw: 1_000 })).toEqual(first);
        expect(await provider.find(key)).toEqual(first);
      });

      test('by many at once under one key, then all hear of the same one charge', async () => {
        const key = randomUUID();
        const reference = await card(cards.approved);
        const records = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            (i % 2 ? provider : another).authorise({
              key,
              amountKrw: amountKrw + i,
              card: reference,
              capture: true,
            }),
          ),
        );
        const told = await provider.find(key);
        for (const record of records) expect(record).toEqual(told);
      });

      test('and it is declined, then so it stays, whatever card comes under its key, and void or not', async () => {
        const key = randomUUID();
        const declined = await charge(key, { number: cards.declined });
        expect(declined).toEqual({ status: 'declined', reason: expect.any(String) });
        await provider.void(key);
        expect(await charge(key)).toEqual(declined);
        expect(await provider.find(key)).toEqual(declined);
      });

      const unreachable = cards.unreachable;
      (unreachable ? test : test.skip)(
        'and no answer comes, then it throws, and no charge stands',
        async () => {
          const key = randomUUID();
          await expect(charge(key, { number: unreachable ?? '' })).rejects.toThrow(ProviderUnavailable);
          expect(await status(key)).toBeUndefined();
        },
      );
    });

    test('When nothing was ever asked under a key, then there is nothing to find and nothing to capture', async () => {
      const key = randomUUID();
      expect(await provider.find(key)).toBeUndefined();
      expect(await provider.capture(key)).toBeUndefined();
      expect(await provider.find(key)).toBeUndefined();
    });

    (authorisesFirst ? describe : describe.skip)('When a card is authorised first', () => {
      test('then nothing is taken until it is captured, and captured again it is the same', async () => {
        const key = randomUUID();
        expect(await hold(key)).toMatchObject({ status: 'authorised', amountKrw });
        const captured = await provider.capture(key);
        expect(captured).toMatchObject({ status: 'captured', amountKrw, refunds: {} });
        expect(await another.capture(key)).toEqual(captured);
        expect(await hold(key)).toEqual(captured);
      });

      test('and then asked for in one step, then it is captured', async () => {
        const key = randomUUID();
        await hold(key);
        expect(await charge(key, { amountKrw: 1_000 })).toMatchObject({ status: 'captured', amountKrw });
      });

      test('and voided, then it can never be captured', async () => {
        const key = randomUUID();
        await hold(key);
        await provider.void(key);
        expect(await provider.capture(key)).toEqual({ status: 'voided' });
        expect(await charge(key)).toEqual({ status: 'voided' });
      });
    });

    describe('When a key is voided', () => {
      test('that nothing was charged under, then nothing ever will be', async () => {
        const key = randomUUID();
        await provider.void(key);
        expect(await charge(key)).toEqual({ status: 'voided' });
        if (authorisesFirst) expect(await hold(key)).toEqual({ status: 'voided' });
        expect(await status(key)).toBe('voided');
      });

      test('that stands, then all goes back, once, however often it is voided', async () => {
        const key = randomUUID();
        await charge(key);
        await Promise.all([provider.void(key), another.void(key)]);
        expect(await status(key)).toBe('voided');
        expect(await charge(key)).toEqual({ status: 'voided' });
        expect(await refund(key, 'late', 1)).toEqual({ outcome: 'refused', reason: 'not_captured' });
      });

      test('at the moment of its charge, then no charge stands, whichever came first', async () => {
        for (let i = 0; i < 20; i++) {
          const key = randomUUID();
          await Promise.all([charge(key), another.void(key)]);
          expect(await status(key)).toBe('voided');
        }
      });
    });

    describe('When money is to go back', () => {
      test('in parts, then each goes back once, and the record tells all of them', async () => {
        const key = randomUUID();
        await charge(key);
        expect(await refund(key, 'a', 20_000)).toEqual({ outcome: 'refunded', amountKrw: 20_000 });
        expect(await refund(key, 'b', 30_000)).toEqual({ outcome: 'refunded', amountKrw: 30_000 });
        expect(await provider.find(key)).toMatchObject({
          status: 'captured',
          amountKrw,
          refunds: { a: 20_000, b: 30_000 },
        });
      });

      test('again under its refund key, with another amount, then the first amount holds', async () => {
        const key = randomUUID();
        await charge(key);
        await refund(key, 'a', 20_000);
        expect(await refund(key, 'a', 25_000)).toEqual({ outcome: 'refunded', amountKrw: 20_000 });
        await refund(key, 'b', 30_000);
        expect(await refund(key, 'a', 20_000)).toEqual({ outcome: 'refunded', amountKrw: 20_000 });
        expect(await provider.find(key)).toMatchObject({ refunds: { a: 20_000, b: 30_000 } });
      });

      test('and more than is left, then it is refused, and the refund key can be used for less', async () => {
        const key = randomUUID();
        await charge(key);
        await refund(key, 'a', 20_000);
        expect(await refund(key, 'b', 30_001)).toEqual({ outcome: 'refused', reason: 'exceeds_captured' });
        expect(await provider.find(key)).toMatchObject({ refunds: { a: 20_000 } });
        expect(await refund(key, 'b', 30_000)).toEqual({ outcome: 'refunded', amountKrw: 30_000 });
      });

      test('by many at once, then no more goes back than was taken', async () => {
        const key = randomUUID();
        await charge(key);
        const answers = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            (i % 2 ? provider : another).refund({ key, refundKey: `r${i % 8}`, amountKrw: 10_000 }),
          ),
        );
        const record = await provider.find(key);
        const refunds = record?.status === 'captured' ? record.refunds : {};
        expect(Object.values(refunds)).toEqual([10_000, 10_000, 10_000, 10_000, 10_000]);
        const refused = answers.filter(({ outcome }) => outcome === 'refused');
        expect(refused.length).toBeGreaterThanOrEqual(3);
      });

      test.each(['nothing', 'declined', ...(authorisesFirst ? ['authorised'] : [])])(
        'and what stands is %s, then it is refused, and that stays',
        async (what) => {
          const key = randomUUID();
          if (what === 'declined') await charge(key, { number: cards.declined });
          if (what === 'authorised') await hold(key);
          expect(await refund(key, 'a', 1)).toEqual({ outcome: 'refused', reason: 'not_captured' });
          expect((await status(key)) ?? 'nothing').toBe(what);
        },
      );

      test('after a part of it went back and the key is voided, then the rest goes back as well', async () => {
        const key = randomUUID();
        await charge(key);
        await refund(key, 'a', 20_000);
        await provider.void(key);
        expect(await status(key)).toBe('voided');
      });
    });
  });
}
