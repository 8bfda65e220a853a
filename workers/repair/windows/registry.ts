/** The data of a registry value. https://learn.microsoft.com/windows/win32/sysinfo/registry-value-types */
type RegistryValue = number | string | readonly string[] | { expand: string } | { binary: string };
/** Keys by their path, each with its values; `null` removes a key with all below it. */
export type RegistryEdits = Readonly<Record<string, Readonly<Record<string, RegistryValue>> | null>>;

/** Edits in the format of regedit, for hivexregedit(1). It can make a key only below an existing one, so each key comes with all keys above it. */
export function regFile(edits: RegistryEdits): string {
  const sections = Object.entries(edits).flatMap(([key, values]) => {
    if (values === null) return [`[-\\${key}]`];
    const parts = key.split('\\');
    return parts.map((_, depth) => {
      const lines = depth === parts.length - 1 ? Object.entries(values) : [];
      const header = `[\\${parts.slice(0, depth + 1).join('\\')}]`;
      return [
        header,
        ...lines.map(([name, value]) => `${name === '' ? '@' : `"${escapeText(name)}"`}=${readData(value)}`),
      ].join('\n');
    });
  });
  return `${['Windows Registry Editor Version 5.00', ...sections].join('\n\n')}\n`;
}

function escapeText(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}

const [expandString, binary, list] = [2, 3, 7];

function readData(value: RegistryValue): string {
  if (typeof value === 'number') return `dword:${value.toString(16).padStart(8, '0')}`;
  if (typeof value === 'string') return `"${escapeText(value)}"`;
  if ('binary' in value) return hex(binary, Buffer.from(value.binary, 'hex'));
  if ('expand' in value) return hex(expandString, Buffer.from(`${value.expand}\0`, 'utf16le'));
  return hex(list, Buffer.from(`${value.map((each) => `${each}\0`).join('')}\0`, 'utf16le'));
}

function hex(type: number, bytes: Buffer): string {
  return `hex(${type}):${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(',')}`;
}
