import type { Language } from '../checks/define.ts';
import type { FindingView } from '../contracts/api.ts';
import { type FindingGroup, type ReportDocument, readGroups, toFacts } from './document.ts';
import { reportWords } from './words.ts';

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
function text(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/[&<>"']/g, (character) => escapes[character] as string);
}

/** Light and dark, on screen and on paper. No script and nothing from elsewhere: it may be mailed and kept. */
const style = `
:root { color-scheme: light dark; --text: #151515; --dim: #5c5c5c; --line: #d2d2d2; --card: #f6f6f6; --page: #fff;
  --good: #2f6d16; --careful: #8a5300; --bad: #b1380b; }
@media (prefers-color-scheme: dark) { :root { --text: #eee; --dim: #a9a9a9; --line: #4a4a4a; --card: #242424; --page: #181818;
  --good: #87bb62; --careful: #f0b354; --bad: #ff8d6e; } }
* { box-sizing: border-box }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 52rem; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .25rem; overflow-wrap: anywhere }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem }
h3 { font-size: 1rem; margin: 0 }
.verdict { font-weight: 600; margin: 0 0 1.5rem }
.publish, .passed h2 { color: var(--good) } .publish-with-warnings, .warnings h2 { color: var(--careful) } .reject, .failures h2 { color: var(--bad) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.25rem; margin: 0 }
dt { color: var(--dim) } dd { margin: 0; overflow-wrap: anywhere }
ul { list-style: none; margin: 0; padding: 0 }
li { border-top: 1px solid var(--line); padding: .6rem 0 }
li h3::before { margin-right: .5rem }
.passed h3::before { content: '✓'; color: var(--good) } .warnings h3::before { content: '!'; color: var(--careful) } .failures h3::before { content: '✗'; color: var(--bad) }
img { max-width: 100%; border: 1px solid var(--line); border-radius: 6px }
li p { margin: .25rem 0 0 } .passed h3 { font-weight: 400 } .passed li { border: 0; padding: .1rem 0 }
.note { color: var(--dim); font-weight: 400 }
pre { margin: .5rem 0 0; padding: .5rem .75rem; background: var(--card); border-radius: 6px; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .875rem/1.5 ui-monospace, monospace }
footer { margin-top: 2.5rem; color: var(--dim); font-size: .875rem }
@media print { body { padding: 0; max-width: none } li { break-inside: avoid } }
`;

/** A report as one HTML page of its own. Everything in it is escaped text. */
export function reportHtml(
  document: ReportDocument,
  rejects: (finding: FindingView) => boolean,
  language: Language,
): string {
  const say = reportWords[language];
  const renderFinding = ({ title, problem, remedy, commands = [], outcome }: FindingView): string =>
    `<li><h3>${text(title)}${outcome === 'unknown' ? ` <span class="note">(${text(say.unknown)})</span>` : ''}</h3>${
      problem ? `<p>${text(problem)}</p>` : ''
    }${remedy ? `<p><strong>${text(say.advice)}</strong>${text(remedy)}</p>` : ''}${
      commands.length > 0
        ? `<pre><code>${commands.map(({ on, run }) => text(on === 'any' ? run : `${run}  # ${on}`)).join('\n')}</code></pre>`
        : ''
    }</li>`;
  const group = ({ kind, title, findings }: FindingGroup): string =>
    `<section class="${kind}"><h2>${text(title)} (${findings.length})</h2><ul>${findings.map(renderFinding).join('\n')}</ul></section>`;
  const tools = Object.entries(document.tools).map(([name, version]) => `${name} ${version}`);
  // As base64 nothing in it needs to be escaped, and it is long.
  const screen = document.screen
    ? `<h2>${text(say.screen)}</h2><img alt="${text(say.screen)}" src="data:image/png;base64,${document.screen}">`
    : '';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(say.report)}: ${text(document.title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${text(document.title)}</h1>
<p class="verdict ${document.verdict}">${text(say.verdict[document.verdict])}.</p>
<dl>${toFacts(document, language)
    .map(([label, value]) => `<dt>${text(label)}</dt><dd>${text(value)}</dd>`)
    .join('\n')}</dl>
${readGroups(document.findings, rejects, language).reverse().map(group).join('\n')}
${screen}
</main>
<footer>${text(say.tools)}: ${text(tools.join(', '))}</footer>
</body>
</html>
`;
}
