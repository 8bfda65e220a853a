import type { Step } from '../../shared/contracts/step.ts';
import type { Words } from './text.ts';

/** The steps of a run. */
export const stepsWords = {
  stepAdmit: { en: 'Admission', de: 'Annahme' },
  stepConvert: { en: 'Conversion', de: 'Konvertierung' },
  stepInspect: { en: 'Inspection', de: 'Prüfung' },
  stepBootCheck: { en: 'Boot test', de: 'Starttest' },
  stepPublish: { en: 'Publication', de: 'Veröffentlichung' },
  stepAdmitHelp: {
    en: 'Format and safety, from the first bytes',
    de: 'Format und Sicherheit, anhand der ersten Bytes',
  },
  stepConvertHelp: { en: 'To the format of the platform', de: 'In das Format der Plattform' },
  stepInspectHelp: { en: 'System, drivers, cloud-init', de: 'System, Treiber, cloud-init' },
  stepBootCheckHelp: {
    en: 'Started once, without access to outside networks',
    de: 'Einmal gestartet, ohne Zugang zu fremden Netzen',
  },
  stepBootOff: {
    en: 'Nobody has started this image here.',
    de: 'Das Image wurde hier nicht gestartet.',
  },
  stepUsually: { en: 'usually {from} to {to}', de: 'meist {from} bis {to}' },
  stepUsuallyAbout: { en: 'usually about {to}', de: 'meist etwa {to}' },
  stepPublishHelp: { en: 'Stored and verified', de: 'Gespeichert und geprüft' },
  waitsForScratch: { en: 'Waits for scratch space', de: 'Wartet auf Scratch-Speicher' },
  waitsForWorker: { en: 'Waits for a free worker', de: 'Wartet auf einen freien Worker' },
} as const satisfies Words;

type StepsWord = keyof typeof stepsWords;

/** How the portal names each step, in the order of the workflow. */
export const stepWords: Readonly<Record<Step, { title: StepsWord; help: StepsWord }>> = {
  admit: { title: 'stepAdmit', help: 'stepAdmitHelp' },
  convert: { title: 'stepConvert', help: 'stepConvertHelp' },
  inspect: { title: 'stepInspect', help: 'stepInspectHelp' },
  'boot-check': { title: 'stepBootCheck', help: 'stepBootCheckHelp' },
  publish: { title: 'stepPublish', help: 'stepPublishHelp' },
};
