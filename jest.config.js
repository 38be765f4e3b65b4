// A package of ES modules alone, which Node's require loads and Jest's does not.
const esModules = '@hyunbinseo/holidays-kr/';
const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' },
  ],
  [`/node_modules/${esModules}.+\\.js$`]: [
    '@swc/jest',
    { jsc: { target: 'es2022' }, module: { type: 'commonjs' } },
  ],
};
const transformIgnorePatterns = [`/node_modules/(?!${esModules})`];
// Minutes of faults, with tools of their own: `npm run test:failures:short`.
const needGo = ['tests/failures/seeded.test.ts', 'tests/failures/linearizable.test.ts'];
const common = { rootDir: __dirname, testEnvironment: 'node', transform, transformIgnorePatterns };

module.exports = {
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/services/**/*.test.ts',
        '<rootDir>/tools/**/*.test.ts',
        '<rootDir>/tests/setup/**/*.test.ts',
      ],
    },
    { ...common, displayName: 'manifests', testMatch: ['<rootDir>/tests/manifests/**/*.test.ts'] },
    { ...common, displayName: 'images', testMatch: ['<rootDir>/tests/images/**/*.test.ts'] },
    { ...common, displayName: 'laws', testMatch: ['<rootDir>/tests/laws/**/*.test.ts'] },
    {
      ...common,
      displayName: 'sidecars',
      globalSetup: '<rootDir>/tests/globalSetup.js',
      testMatch: ['<rootDir>/tests/{sidecars,journeys,failures,start}/**/*.test.ts'],
      testPathIgnorePatterns: needGo,
    },
    {
      ...common,
      displayName: 'faults',
      globalSetup: '<rootDir>/tests/globalSetup.js',
      testMatch: needGo.map((path) => `<rootDir>/${path}`),
    },
    {
      ...common,
      displayName: 'variants',
      globalSetup: '<rootDir>/tests/globalSetup.js',
      testMatch: ['<rootDir>/tests/variants/**/*.test.ts'],
    },
  ],
};
