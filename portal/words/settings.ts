import type { Words } from './text.ts';

/** The settings of an image. */
export const settingsWords = {
  settingFormat: { en: 'Target format', de: 'Zielformat' },
  formatRaw: { en: 'RAW', de: 'RAW' },
  formatQcow2: { en: 'QCOW2', de: 'QCOW2' },
  formatKeep: { en: 'As uploaded (RAW or QCOW2)', de: 'Wie hochgeladen (RAW oder QCOW2)' },
  settingPolicy: { en: 'If a requirement fails', de: 'Bei fehlenden Anforderungen' },
  policyEnforce: { en: 'Do not publish', de: 'Nicht veröffentlichen' },
  policyWarn: { en: 'Publish with warnings', de: 'Mit Warnungen veröffentlichen' },
  settingBoot: { en: 'Boot test', de: 'Starttest' },
  bootRequire: { en: 'Must pass', de: 'Muss bestanden werden' },
  bootWarn: { en: 'Only warns', de: 'Warnt nur' },
  bootOff: { en: 'Switched off', de: 'Ausgeschaltet' },
} as const satisfies Words;
