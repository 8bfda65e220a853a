import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The API reference of the website, as Markdown, from docs/openapi.json. */

type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  enum?: unknown[];
  items?: Schema;
  anyOf?: Schema[];
  description?: string;
};
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Body = { description?: string; content?: Record<string, { schema?: Schema }> };
type Operation = {
  operationId?: string;
  summary?: string;
  description?: string;
  parameters?: Parameter[];
  requestBody?: Body;
  responses?: Record<string, Body>;
};
type Document = { info: { version: string; description?: string }; paths: Record<string, Record<string, Operation>> };

const methods = ['get', 'post', 'put', 'patch', 'delete'];

/** Vue reads braces, and Markdown reads bars and angle brackets. */
function text(words = ''): string {
  return words
    .replace(/[{}<>|]/gu, (mark) => `&#${mark.codePointAt(0)};`)
    .replace(/\s+/gu, ' ')
    .trim();
}

function formatSchema({ $ref, type, format, enum: values, items, anyOf }: Schema = {}): string {
  if ($ref) return $ref.split('/').at(-1) ?? '';
  if (values) return values.map((value) => JSON.stringify(value)).join(', ');
  if (items) return `array of ${formatSchema(items)}`;
  if (anyOf) return anyOf.map(formatSchema).join(' or ');
  return [[type].flat().join(' or '), format].filter(Boolean).join(', ');
}

function formatBody({ description, content = {} }: Body): string {
  return [
    text(description),
    ...Object.entries(content).map(([type, { schema }]) => `${type}: ${text(formatSchema(schema))}`),
  ]
    .filter((part) => part !== '' && !part.endsWith(': '))
    .join('; ');
}

function table(head: string, rows: string[]): string[] {
  return rows.length === 0 ? [] : [[head, '| --- | --- |', ...rows].join('\n')];
}

function formatOperation(
  method: string,
  path: string,
  { summary, description, parameters = [], requestBody, responses = {} }: Operation,
): string {
  return [
    `### ${text(summary) || `${method.toUpperCase()} ${text(path)}`}`,
    `\`\`\`http\n${method.toUpperCase()} ${path}\n\`\`\``,
    ...(description ? [text(description)] : []),
    ...table(
      '| Parameter | Meaning |',
      parameters.map(
        ({ name, in: place, required, description: meaning, schema }) =>
          `| \`${name}\` (${place}${required ? ', required' : ''}) | ${[text(meaning ?? schema?.description), text(formatSchema(schema))].filter(Boolean).join('; ')} |`,
      ),
    ),
    ...(requestBody ? [`**Body**: ${formatBody(requestBody)}`] : []),
    ...table(
      '| Status | Response |',
      Object.entries(responses).map(([status, body]) => `| ${status} | ${formatBody(body)} |`),
    ),
  ].join('\n\n');
}

/** One section for each first segment of a path below the version: images, keys, ... */
function findSection(path: string): string {
  return path.split('/').find((part) => part !== '' && !/^v\d|^\{/u.test(part)) ?? 'other';
}

export function apiReference(document: Document): string {
  const operations = Object.entries(document.paths).flatMap(([path, item]) =>
    methods.flatMap((method) => (item[method] ? [{ path, words: formatOperation(method, path, item[method]) }] : [])),
  );
  const sections = Map.groupBy(operations, ({ path }) => findSection(path));
  return [
    '# API reference',
    `Version ${document.info.version}, from [openapi.json](/openapi.json). The [limits of the API](../docs/api-limits.md) are on a separate page.`,
    ...[...sections]
      .sort(([a], [b]) => a.localeCompare(b))
      .flatMap(([section, those]) => [`## ${section}`, ...those.map(({ words }) => words)]),
  ].join('\n\n');
}

export function readDocument(): Document {
  return JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')) as Document;
}
