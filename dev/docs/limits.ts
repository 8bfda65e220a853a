import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errorCodes } from '../../shared/error-codes.ts';
import { readAmount, requestLimits } from '../../shared/limits/request-limits.ts';

/** docs/api-limits.md, made of the table that the API enforces: `npm run docs`. A test holds page and code together. */
export const limitsPage = join(import.meta.dirname, '../../docs/api-limits.md');

type Limit = (typeof requestLimits)[keyof typeof requestLimits];

function answerTo({ code }: Limit): string {
  // RFC 6585, 5; Node's HTTP server answers it.
  if (code === 'header-overflow') return '431';
  if (code === 'next-page') return 'a link to the next page';
  if (code === 'waits') return 'waits for its turn';
  if (code === 'oldest-ends') return 'the browser that was not used for longest is signed out';
  return code === 'end-of-connection' ? 'the connection ends' : String(errorCodes[code].status);
}

function row(limit: Limit): string {
  return `| ${limit.per} | ${readAmount(limit)} ${limit.of} | ${answerTo(limit)} | ${limit.remedy} |`;
}

export function limitsText(): string {
  return `# Limits of the API

<!-- Made by \`npm run docs\` from shared/limits/request-limits.ts. -->

A request beyond a limit is refused: the third column has the status, and the message names the limit. Both APIs, ours and the Image API, have the
same limits. The storage limits of a project are separate: see [quotas](operate.md#run-it-in-production).

| Where | At most | Answer | What to do |
| --- | --- | --- | --- |
${Object.values(requestLimits).map(row).join('\n')}
`;
}

if (import.meta.main) writeFileSync(limitsPage, limitsText());
