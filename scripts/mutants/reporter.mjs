/** Tells the process that started jest which spec begins and what each test came to, as it happens. */
import { relative } from 'node:path';
import { ROOT } from './mutant.mjs';

const FAILURE_CHARACTERS_MAX = 2_000;

export default class Reporter {
  onTestFileStart({ path }) {
    this.#tell({ kind: 'spec', spec: relative(ROOT, path) });
  }

  onTestCaseResult({ path }, { status, fullName, failureMessages }) {
    if (status !== 'failed') return this.#tell({ kind: 'passed' });
    const message = failureMessages.join('\n').slice(0, FAILURE_CHARACTERS_MAX);
    this.#tell({ kind: 'failed', spec: relative(ROOT, path), test: fullName, message });
  }

  onTestFileResult({ path }, { testExecError, failureMessage }) {
    if (testExecError === undefined && failureMessage == null) return;
    const message = (failureMessage ?? testExecError.message).slice(0, FAILURE_CHARACTERS_MAX);
    this.#tell({ kind: 'failed', spec: relative(ROOT, path), test: '', message });
  }

  onRunComplete(_contexts, { numPassedTests, numTotalTests }) {
    this.#tell({ kind: 'done', passed: numPassedTests, tests: numTotalTests });
  }

  #tell(message) {
    process.send?.(message);
  }
}
