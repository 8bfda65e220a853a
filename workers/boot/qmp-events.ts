/** An event that QEMU sends without a request; the data is partly the guest's. https://www.qemu.org/docs/master/interop/qmp-spec.html */
export type QmpEvent = { event: string; data: Readonly<Record<string, unknown>> };

const longestLine = 64 * 1024;

/** The events among the lines of QEMU's monitor; what is no event, or no line of JSON, is passed over. */
export function qmpEvents(onEvent: (event: QmpEvent) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = (lines.pop() ?? '').slice(-longestLine);
    for (const line of lines) {
      const event = toEvent(line);
      if (event) onEvent(event);
    }
  };
}

function toEvent(line: string): QmpEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    if (!isRecord(parsed) || typeof parsed.event !== 'string') return undefined;
    return { event: parsed.event, data: isRecord(parsed.data) ? parsed.data : {} };
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
