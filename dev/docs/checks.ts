import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { admissionChecks } from '../../shared/checks/admission.ts';
import { bootChecks } from '../../shared/checks/boot.ts';
import type { CheckDefinition } from '../../shared/checks/define.ts';
import { guestChecks } from '../../shared/checks/guest/checks.ts';
import { inspectionChecks } from '../../shared/checks/inspection.ts';
import { formatMessage } from '../../shared/checks/message.ts';
import { unseenWords } from '../../shared/checks/unseen-words.ts';

/** docs/checks.md, made of the catalogue: `npm run docs`. A test holds the page and the code together. */
export const page = join(import.meta.dirname, '../../docs/checks.md');

const severities = {
  safety: 'always rejects',
  required: 'rejects under `enforce`',
  advice: 'a warning',
} as const;

function entry(code: string, check: CheckDefinition, note: string): string {
  const commands = check.commands?.map(({ on, run }) => (on === 'any' ? run : `${run}  # ${on}`)) ?? [];
  return [
    `### \`${code}\``,
    `**${formatMessage(check.title.en, 'en')}** (${note}${severities[check.severity]})`,
    formatMessage(check.problem.en, 'en'),
    formatMessage(check.remedy.en, 'en'),
    ...(check.shownBy
      ? [
          `A boot proves it: if ${check.shownBy.map((each) => `\`${each}\``).join(' or ')} passes, this is at most a warning.`,
        ]
      : []),
    ...(commands.length > 0 ? [`\`\`\`sh\n${commands.join('\n')}\n\`\`\``] : []),
  ].join('\n\n');
}

function section(title: string, lead: string, entries: string[]): string {
  return [`## ${title}`, lead, ...entries].join('\n\n');
}

const systems = { any: 'every disk; ', linux: 'Linux; ', windows: 'Windows; ' } as const;

export function checksPage(): string {
  return `${[
    '# Checks',
    '<!-- Made by `npm run docs` from shared/checks. -->',
    'All findings of bootready, in the words of its reports; every text exists in German too. `{name}` is a placeholder for a detail. A check passes, warns, fails, or is unknown and says why.',
    section(
      'The uploaded file',
      'Step admit and convert: from the bytes of the upload, before any tool opens it.',
      Object.entries(admissionChecks).map(([code, check]) => entry(code, check, '')),
    ),
    section('The system inside', 'Step inspect: one read-only inspection of the disk.', [
      ...Object.entries(inspectionChecks).map(([code, check]) => entry(code, check, systems.any)),
      ...guestChecks.map((check) => entry(check.code, check, systems[check.appliesTo])),
    ]),
    section(
      'Facts that could not be seen',
      'An unreadable part is never treated as absent: the checks that need it are `unknown`, for one of these reasons (`unseen` of the finding). If the boot check starts the image, its result counts for more.',
      Object.entries(unseenWords).map(([reason, { problem }]) => `- \`${reason}\`: ${problem.en}`),
    ),
    section(
      'How it starts',
      'Step boot-check: under `require` a failure always rejects, under `warn` it is a warning.',
      Object.entries(bootChecks).map(([code, check]) => entry(code, check, '')),
    ),
  ].join('\n\n')}\n`;
}

if (import.meta.main) writeFileSync(page, checksPage());
