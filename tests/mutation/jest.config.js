const [unit] = require('../../jest.config.js').projects;

// Only what lies beside the rules: a mutant that these tests let through is one that nobody notices.
module.exports = {
  ...unit,
  displayName: 'domain',
  rootDir: '../..',
  testMatch: ['<rootDir>/services/*/domain/**/*.test.ts'],
};
