const shared = {
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFiles: ['<rootDir>/test/support/setup.ts'],
  setupFilesAfterEnv: ['<rootDir>/test/support/teardown.ts'],
};

/**
 * `unit` runs the specs beside the code through swc. `e2e` runs against the built `dist`, the very files that are
 * shipped: imports of `src` are mapped there, so `npm run build` comes first.
 *
 * `sklearn` needs Debian's python3-sklearn and is run by `.ci/sklearn`.
 *
 * @type {import('jest').Config}
 */
export default {
  // On a busy machine a service needs a while to start.
  testTimeout: 30_000,
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/{src,bench}/**/*.spec.ts'],
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    },
    {
      ...shared,
      displayName: 'sklearn',
      testMatch: ['<rootDir>/test/sklearn/**/*.sklearn-spec.ts'],
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
    },
    {
      ...shared,
      displayName: 'e2e',
      // Several processes need a server between them: `npm run with-postgres` brings one.
      testPathIgnorePatterns: process.env.TEST_DATABASE_URL ? [] : ['<rootDir>/test/e2e/postgres/'],
      testMatch: ['<rootDir>/test/e2e/**/*.e2e-spec.ts'],
      moduleNameMapper: {
        '^(?:\\.{1,2}/)+src/(.*)\\.js$': '<rootDir>/dist/src/$1.js',
        '^(\\.{1,2}/.*)\\.js$': '$1',
      },
    },
  ],
};
