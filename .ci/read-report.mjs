#!/usr/bin/env node
/**
 * Reads what vitest's json reporter wrote: `read-report.mjs counts|files|failures FILE`.
 *
 * - counts: "PASSED FAILED". A file that could not be loaded counts as one failed: it holds no test that could fail.
 * - files: the files that failed, one a line.
 * - failures: what failed and the beginning of why, to be read at the end of a long log.
 *
 * With no report, or one cut off, counts says "0 1": a run that cannot tell is no passed one.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';

/** Lines of an error that tell what it was; the rest is further up in the log. */
const errorLines = 12;

const [, , what, file] = process.argv;

/** @returns {{ name: string, status: string, message?: string, assertionResults: { status: string, fullName: string, failureMessages?: string[] }[] }[]} */
const read = () => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch {
    return [{ name: file, status: 'failed', message: 'there is no whole report of these tests', assertionResults: [] }];
  }
};

const files = read().map(({ name, status, message, assertionResults }) => ({
  name: relative(process.cwd(), name),
  passed: assertionResults.filter((one) => one.status === 'passed').length,
  unloadable: status === 'failed' && assertionResults.every((one) => one.status !== 'failed') ? (message ?? '') : null,
  failed: assertionResults.filter((one) => one.status === 'failed'),
}));
const bad = files.filter(({ failed, unloadable }) => failed.length > 0 || unloadable !== null);
const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);
const head = (text) =>
  text
    .split('\n')
    .filter((line) => !line.includes('node_modules/'))
    .slice(0, errorLines)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join('\n');

const answers = {
  counts: () => `${sum(files.map(({ passed }) => passed))} ${sum(bad.map(({ failed }) => failed.length || 1))}`,
  files: () => bad.map(({ name }) => name).join('\n'),
  failures: () =>
    bad
      .flatMap(({ name, failed, unloadable }) => [
        ...(unloadable === null ? [] : [`  ${name}\n${head(unloadable)}`]),
        ...failed.map(
          ({ fullName, failureMessages }) => `  ${name} > ${fullName}\n${head((failureMessages ?? []).join('\n'))}`,
        ),
      ])
      .join('\n'),
};
const answer = answers[what]();
if (answer !== '') console.log(answer);
