import { z } from 'zod';
import { amountKrw } from './booking';

/** A kind of checkup. Configuration, not code: `PACKAGES` in the environment replaces these. */
export const checkupPackage = z.object({
  names: z.object({ ko: z.string(), en: z.string() }),
  priceKrw: amountKrw,
  /** What is due at booking: the deposit. */
  dueKrw: amountKrw,
  minutes: z.number().int().positive(),
  preparation: z.object({ ko: z.string(), en: z.string() }),
});
export const packageTable = z.record(z.string(), checkupPackage);
export type PackageTable = z.infer<typeof packageTable>;

const fasting = {
  ko: '검진 전날 밤 9시부터 금식해 주세요.',
  en: 'Please take no food from 9 pm on the evening before.',
};

export const standardPackages: PackageTable = {
  basic: {
    names: { ko: '기본 검진', en: 'Basic checkup' },
    priceKrw: 250_000,
    dueKrw: 50_000,
    minutes: 90,
    preparation: fasting,
  },
  prime: {
    names: { ko: '프라임 검진', en: 'Prime checkup' },
    priceKrw: 800_000,
    dueKrw: 50_000,
    minutes: 180,
    preparation: fasting,
  },
};
