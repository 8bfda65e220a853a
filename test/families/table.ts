import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../docs/families.md');

const tables = {
  systems: {
    text: `# Systems that were inspected, booted and repaired

\`npm run test:families\` writes this page. It inspects whole systems and disk layouts in the way that it inspects an upload. Then the boot check boots them. The page has the systems
that were run, and the result of the last run. "Nothing" means that the inspection has no finding except passes. Verdicts are those of the inspection with the policy \`enforce\`.`,
    columns: {
      name: 'System',
      said: 'Said of it',
      verdict: 'Verdict',
      by: 'Started by',
      outcomes: 'The boot check comes to',
    },
  },
  repairs: {
    text: `## Repairs

Systems with a fault that a repair fixes. Each was inspected, repaired with every remedy that its findings call for, inspected again and booted.`,
    columns: {
      name: 'System',
      remedies: 'Remedies that changed something',
      said: 'Still said of it',
      by: 'Started by',
      outcomes: 'The boot check comes to',
    },
  },
} as const;

type Tables = typeof tables;
type Name = keyof Tables;

function toLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** @returns the rows of a table of the page, by the name of their system */
function readRows(text: string, name: Name): Map<string, string[]> {
  const head = toLine(Object.values(tables[name].columns));
  const lines = text.split('\n');
  const from = lines.indexOf(head);
  const rest = from < 0 ? [] : lines.slice(from + 2);
  const end = rest.findIndex((line) => !line.startsWith('| '));
  const rows = rest.slice(0, end < 0 ? undefined : end).map((line) => line.slice(2, -2).split(' | '));
  return new Map(rows.map((cells) => [cells[0] ?? '', cells]));
}

/** Writes the result of one test into the row of its system. Other rows stay, so systems can be run one by one. */
export async function writeRow<T extends Name>(
  table: T,
  name: string,
  seen: Partial<Record<Exclude<keyof Tables[T]['columns'], 'name'>, string>>,
): Promise<void> {
  const text = await readFile(page, 'utf8').catch(() => '');
  const parts = (Object.keys(tables) as Name[]).map((each) => {
    const rows = readRows(text, each);
    const { text: head, columns } = tables[each];
    if (each === table) {
      const old = rows.get(name) ?? [];
      const cells = { ...seen, name } as Readonly<Record<string, string>>;
      rows.set(
        name,
        Object.keys(columns).map((column, at) => cells[column] ?? old[at] ?? ''),
      );
    }
    const titles = Object.values(columns);
    const lines = [...rows.values()].map(toLine).sort();
    return [head, '', toLine(titles), toLine(titles.map(() => '---')), ...lines].join('\n');
  });
  await writeFile(page, `${parts.join('\n\n')}\n`);
}
