import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tables from '../../shared/images/image-fields.ts';

/** docs/what-others-see.md, made of the table that both APIs filter by: `npm run docs`. A test holds page and code together. */
export const whatOthersSeePage = join(import.meta.dirname, '../../docs/what-others-see.md');

const { imageViewers, mayBeShown } = tables;
type Fields = Readonly<Record<string, tables.Audience>>;

/** Prefix of the field's name, and its table. */
const records: readonly (readonly [string, Fields])[] = [
  ['', tables.imageFields],
  ['upload.', tables.uploadFields],
  ['published.', tables.publishedFields],
  ['runs[].', tables.runFields],
  ['runs[].steps[].', tables.stepFields],
  ['runs[].report.upload.', tables.reportUploadFields],
];
const rows: readonly (readonly [string, tables.Audience])[] = [
  ...records.flatMap(([prefix, fields]) =>
    Object.entries(fields).map(([name, audience]) => [`\`${prefix}${name}\``, audience] as const),
  ),
  ['v2: the attributes of Glance', tables.glanceFields.attributes],
  ['v2: properties of the owner', tables.glanceFields.properties],
  ['v2: `os_glance_bootready_*`', tables.glanceFields.facts],
  ['v2: `/v2/images/{id}/tasks`', tables.glanceFields.tasks],
];

function cell(audience: tables.Audience, viewer: tables.ImageViewer): string {
  if (audience === 'member' && viewer === 'owner') return '';
  if (mayBeShown(audience, viewer, false)) return 'yes';
  return mayBeShown(audience, viewer, true) ? 'once published' : 'no';
}

export function whatOthersSeeText(): string {
  return `# What others see of an image

<!-- Made by \`npm run docs\` from shared/images/image-fields.ts. -->

An image may be used by other projects: it is shared with them (*member*), or it is a community or platform image (*other*). They see what it is and
what was found in it. They do not see where its bytes came from, what was tried before, on which workers, or where it went. Lists, single images, event
streams, reports and the Image API (v2) follow this table. Each project that an image is shared with sees only itself in the list of members.

"Once published" means: only for the run that published the image. A hidden field is null, a hidden list is empty, and a hidden property of v2 is absent.

| Field | ${imageViewers.join(' | ')} |
| --- | ${imageViewers.map(() => '---').join(' | ')} |
${rows.map(([name, audience]) => `| ${name} | ${imageViewers.map((viewer) => cell(audience, viewer)).join(' | ')} |`).join('\n')}
`;
}

if (import.meta.main) writeFileSync(whatOthersSeePage, whatOthersSeeText());
