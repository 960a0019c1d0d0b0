import { availableParallelism } from 'node:os';

/** Half the time the tests wait: for disks, for other processes, for time to pass. */
const WORKERS_PER_CORE = 1.5;

export default {
  testEnvironment: '<rootDir>/test/support/environment.mjs',
  // Real sockets, disks and threads on a busy machine: a hang shows all the same.
  testTimeout: 30_000,
  maxWorkers: Math.ceil(WORKERS_PER_CORE * availableParallelism()),
  // Modules of specs that have ended are never collected; where they are many, the collector is busy with them most of the time.
  workerIdleMemoryLimit: '200MB',
  testSequencer: '<rootDir>/test/support/sequencer.mjs',
  roots: ['<rootDir>/test', '<rootDir>/src'],
  testRegex: '\\.(spec|e2e-spec)\\.ts$',
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': '@swc/jest' },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  // Worker entries and the start of the program run outside jest and do not show.
  coverageProvider: 'v8',
  coverageReporters: ['text-summary'],
  collectCoverageFrom: ['src/**/*.ts', '!src/**/*.spec.ts', '!src/**/gen/**', '!src/demo/**'],
};
