/** The line that a seed of ours makes cloud-init write, at its port or on the console. */
export type BootReport = { hostname: string; key: boolean; network: boolean };

const longestReport = 4096;

export function parseReport(text: string, token: string): BootReport | undefined {
  const mark = `bootready-report ${token} `;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + mark.length)) {
    const words = text.slice(at + mark.length, at + mark.length + longestReport);
    const [, hostname, key, network] =
      /^hostname=(\S{0,255}) key=(present|absent) network=([^\r\n]*)/.exec(words) ?? [];
    if (hostname !== undefined) return { hostname, key: key === 'present', network: network?.trim() !== '' };
  }
  return undefined;
}

/** A console has no longer ones; what is printed without an end is cut into these. */
const longestLine = 4096;

/** A line may end with any number of carriage returns; one within it begins it again. */
function withoutReturns(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end--;
  return line.slice(0, end).replaceAll('\r', '\n');
}

function cut(line: string): string {
  if (line.length <= longestLine) return line;
  const pieces: string[] = [];
  for (let at = 0; at < line.length; at += longestLine) pieces.push(line.slice(at, at + longestLine));
  return pieces.join('\n');
}

/** Console text as text: no control characters, no colours, no line longer than 4096 characters. */
export function plainLog(serial: string): string {
  const lines = serial
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
    .replaceAll(/\x1b(?:\[[0-?]{0,40}[ -/]{0,40}[@-~]|[()][A-Z0-9]|[=>78cM])/g, '')
    .split('\n');
  return lines
    .map((line, index) => (index < lines.length - 1 ? withoutReturns(line) : line.replaceAll('\r', '\n')))
    .join('\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .split('\n')
    .map(cut)
    .join('\n');
}
