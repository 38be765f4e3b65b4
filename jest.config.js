const transform = {
  '^.+\\.ts$': [
    '@swc/jest',
    { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, sourceMaps: 'inline' },
  ],
};
const common = { rootDir: __dirname, testEnvironment: 'node', transform };

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
    {
      ...common,
      displayName: 'sidecars',
      globalSetup: '<rootDir>/tests/globalSetup.js',
      testMatch: ['<rootDir>/tests/{sidecars,journeys,failures,start}/**/*.test.ts'],
    },
  ],
};
