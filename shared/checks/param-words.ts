import type { Language, Text } from './text.ts';

/** Values that are short English phrases themselves. */
function namePhrases(phrases: readonly (readonly [en: string, de: string])[]): Record<string, Text> {
  return Object.fromEntries(phrases.map(([en, de]) => [en, { en, de }]));
}

/** Words for the params of findings whose values are ours and not the guest's. A value may list several, with commas between them. */
const paramWords: Readonly<Record<string, Readonly<Record<string, Text>>>> = {
  // Kinds of files that are not disk images (shared/formats/table.ts).
  content: {
    zeros: { en: 'only zeros', de: 'lauter Nullen' },
    zip: { en: 'a ZIP archive', de: 'ein ZIP-Archiv' },
    '7z': { en: 'a 7-Zip archive', de: 'ein 7-Zip-Archiv' },
    rar: { en: 'a RAR archive', de: 'ein RAR-Archiv' },
    pdf: { en: 'a PDF document', de: 'ein PDF-Dokument' },
    elf: { en: 'an ELF program', de: 'ein ELF-Programm' },
    xml: { en: 'a web page or XML document', de: 'eine Webseite oder ein XML-Dokument' },
    exe: { en: 'a Windows program', de: 'ein Windows-Programm' },
    vma: {
      en: 'a backup of Proxmox (VMA): "vma extract FILE FOLDER" on the host extracts its disks',
      de: 'eine Sicherung von Proxmox (VMA): "vma extract DATEI ORDNER" entpackt auf dem Host ihre Datenträger',
    },
    wim: { en: 'a Windows WIM archive', de: 'ein WIM-Archiv von Windows' },
    unknown: { en: 'data without any known structure', de: 'Daten ohne bekannten Aufbau' },
  },
  // Fields of headers, by the names that their specifications use.
  field: namePhrases([
    ['block allocation table', 'Blocktabelle'],
    ['blocks', 'Blöcke'],
    ['checksum of the partition entries', 'Prüfsumme der Partitionseinträge'],
    ['copy of the footer', 'Kopie der Fußdaten'],
    ['current size', 'jetzige Größe'],
    ['disk type', 'Art des Datenträgers'],
    ['dynamic disk header', 'Header des dynamischen Datenträgers'],
    ['footer checksum', 'Prüfsumme der Fußdaten'],
    ['header checksum', 'Prüfsumme des Headers'],
    ['header size', 'Größe des Headers'],
    ['header', 'Header'],
    ['image type', 'Art des Images'],
    ['partition entries', 'Partitionseinträge'],
    ['size', 'Größe'],
    ['version', 'Version'],
  ]),
  // Settings that cloud-init did not apply (workers/boot/watch-linux.ts).
  missing: namePhrases([
    ['host name', 'Hostname'],
    ['SSH key', 'SSH-Schlüssel'],
  ]),
  // Why cloud-init does not run (shared/checks/guest/cloud-init-enabled.ts).
  reason: namePhrases([
    ['its services are not enabled', 'seine Dienste sind nicht eingeschaltet'],
    ['cloud-init=disabled on the kernel command line', 'cloud-init=disabled steht in der Kernel-Befehlszeile'],
  ]),
  // Why a conversion failed, unless the tool says it itself (workers/activities/convert.ts).
  detail: namePhrases([['no disk was found', 'es wurde kein Datenträger gefunden']]),
};

/** Values with a meaning, for any param: `?` is in reports of older versions. */
const marks: Readonly<Record<string, Text>> = {
  '-': { en: 'nothing', de: 'nichts' },
  '?': { en: 'not known', de: 'nicht bekannt' },
};

function find(words: Readonly<Record<string, Text>>, value: string): Text | undefined {
  // Reports of older versions have the English words in place of the code.
  return Object.hasOwn(words, value) ? words[value] : Object.values(words).find(({ en }) => en === value);
}

/** A param as a sentence in this language has it. Values of the guest, and of other versions, stay as they are. */
export function sayParam(name: string, value: string | number, language: Language): string | number {
  if (typeof value === 'number') return value;
  const mark = find(marks, value);
  if (mark) return mark[language];
  const words = paramWords[name];
  if (!words) return value;
  const parts = value.split(', ').map((part) => find(words, part)?.[language]);
  return parts.every((part) => part !== undefined) ? parts.join(', ') : value;
}
