import { packageTable, standardPackages } from './packages';

test('When nothing else is configured, then there are two packages, each with a deposit of 50,000 won', () => {
  expect(packageTable.parse(standardPackages)).toEqual(standardPackages);
  expect(Object.keys(standardPackages)).toEqual(['basic', 'prime']);
  for (const { dueKrw } of Object.values(standardPackages)) expect(dueKrw).toBe(50_000);
});

test.each(Object.entries(standardPackages))(
  'When somebody looks at %s, then it reads well in both languages',
  (_name, its) => {
    expect(its.names.ko).toMatch(/[가-힣]/);
    expect(its.names.en).toMatch(/^[\x20-\x7e]+$/);
    expect(its.preparation.ko).toMatch(/[가-힣]/);
    expect(its.preparation.en).toMatch(/^[\x20-\x7e]+$/);
    expect(its.dueKrw).toBeLessThanOrEqual(its.priceKrw);
  },
);

test.each([
  ['a price below nothing', { priceKrw: -1 }],
  ['a price with a fraction', { priceKrw: 0.5 }],
  ['no time', { minutes: 0 }],
  ['no English name', { names: { ko: '기본 검진' } }],
])('When a package has %s, then it is refused', (_name, wrong) => {
  const basic = { ...standardPackages.basic, ...wrong };
  expect(packageTable.safeParse({ basic }).success).toBe(false);
});
