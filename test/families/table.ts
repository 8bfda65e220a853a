import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const page = join(import.meta.dirname, '../../docs/families.md');

const head = `# Systems that were inspected and booted

\`npm run test:families\` writes this page. It inspects whole systems and disk layouts in the way that it inspects an upload. Then the boot check boots them. The page has the systems
that were run, and the result of the last run. "Nothing" means that the inspection has no finding except passes. Verdicts are those of the inspection with the policy \`enforce\`.

| System | Said of it | Verdict | Started by | The boot check comes to |
| --- | --- | --- | --- | --- |
`;

type Cells = { said: string; verdict: string; by: string; outcomes: string };

const columns = ['said', 'verdict', 'by', 'outcomes'] as const;

/** Writes the result of one test into the row of its system. Other rows stay, so systems can be run one by one. */
export async function writeRow(name: string, seen: Partial<Cells>): Promise<void> {
  const before = (await readFile(page, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => /^\| (?!System|---)/.test(line));
  const rows = new Map(before.map((line) => [line.split(' | ')[0]?.slice(2) ?? '', line]));
  const old = (rows.get(name) ?? '').replace(/ \|$/, '').split(' | ').slice(1);
  const cells = columns.map((column, at) => seen[column] ?? old[at] ?? '');
  rows.set(name, `| ${[name, ...cells].join(' | ')} |`);
  await writeFile(page, `${head}${[...rows.values()].sort().join('\n')}\n`);
}
