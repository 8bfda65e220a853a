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

const controls =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
  /\x1b(?:\[[0-?]{0,40}[ -/]{0,40}[@-~]|[\]PX^_][^\x07\x1b\n]{0,2000}(?:\x07|\x1b\\)|[()][A-Z0-9]|[=>78cM])/g;

/**
 * Console text as text: no control characters, no colours, no line longer than 4096 characters. Neither the control strings of terminals (ECMA-48, 5.6): systemd 258
 * writes one before each prompt, with the machine id and the like (OSC 3008).
 */
export function plainLog(serial: string): string {
  const lines = serial.replaceAll(controls, '').split('\n');
  return lines
    .map((line, index) => (index < lines.length - 1 ? withoutReturns(line) : line.replaceAll('\r', '\n')))
    .join('\n')
    .replaceAll(/[^\P{Cc}\n\t]/gu, '')
    .split('\n')
    .map(cut)
    .join('\n');
}
