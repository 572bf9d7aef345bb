/** What the reports of Playwright and Vitest say: how many tests passed, and which did not and why. */
import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from '../src/cli/packages.mjs';

/**
 * @typedef {{ test: string, why: string }} Failure why: the first lines of it
 * @typedef {{ passed: number, failed: number, skipped: number, failures: Failure[] }} Outcome
 * @typedef {{ status: string, results: { error?: { message?: string } }[] }} PageTest
 * @typedef {{ file: string, specs?: { title: string, tests: PageTest[] }[], suites?: PageSuite[] }} PageSuite
 * @typedef {{ expected: number, flaky: number, unexpected: number, skipped: number }} PageStats
 * @typedef {{ status: string, fullName: string, failureMessages: string[] }} FileTest
 * @typedef {{ name: string, status: string, message: string, assertionResults: FileTest[] }} TestFile
 */

/**
 * Of Playwright's. A test that passed at the second try has passed, and is named.
 *
 * @param {{ stats: PageStats, suites: PageSuite[] }} report
 * @returns {Outcome}
 */
export function ofPages({ stats, suites }) {
  return {
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    skipped: stats.skipped,
    failures: suites.flatMap(failuresOfPages),
  };
}

/**
 * Of Vitest's. A file that does not load has no tests in it, and is named.
 *
 * @param {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number, testResults: TestFile[] }} report
 * @returns {Outcome}
 */
export function ofFiles({ numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults }) {
  return {
    passed: numPassedTests,
    failed: numFailedTests,
    skipped: numPendingTests + numTodoTests,
    failures: testResults.flatMap(failuresOfFile),
  };
}

/**
 * @param {PageSuite} suite
 * @returns {Failure[]}
 */
function failuresOfPages({ file, specs = [], suites = [] }) {
  const own = specs.flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ status, results }) => {
        const try2 = status === 'flaky' ? ' (passed at the second try)' : '';
        const why = results.find(({ error }) => error)?.error?.message ?? '';
        return { test: `${file}: ${title}${try2}`, why: firstLines(why) };
      }),
  );
  return [...own, ...suites.flatMap(failuresOfPages)];
}

/**
 * @param {TestFile} file
 * @returns {Failure[]}
 */
function failuresOfFile({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) return [{ test: file, why: firstLines(message) }];
  return failed.map(({ fullName, failureMessages: [why = ''] }) => ({
    test: `${file}: ${fullName}`,
    why: firstLines(why),
  }));
}

/** @param {string} text */
function firstLines(text) {
  return stripVTControlCharacters(text).split('\n').slice(0, 12).join('\n');
}
