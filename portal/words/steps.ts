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
  stepPublishHelp: { en: 'Stored and verified', de: 'Gespeichert und geprüft' },
  chipChecking: { en: 'Checking', de: 'Wird geprüft' },
  chipConverting: { en: 'Converting', de: 'Wird konvertiert' },
  chipBootTest: { en: 'Boot test', de: 'Starttest' },
  chipPublishing: { en: 'Publishing', de: 'Wird veröffentlicht' },
} as const satisfies Words;

type StepsWord = keyof typeof stepsWords;

/**
 * How the portal names each step, in the order of the workflow. `doing`: the state of an image in this step. `hasPercent`: the
 * step knows its progress in a way that means something to people.
 */
export const stepWords: Readonly<
  Record<Step, { title: StepsWord; help: StepsWord; doing: StepsWord; hasPercent: boolean }>
> = {
  admit: { title: 'stepAdmit', help: 'stepAdmitHelp', doing: 'chipChecking', hasPercent: false },
  convert: { title: 'stepConvert', help: 'stepConvertHelp', doing: 'chipConverting', hasPercent: true },
  inspect: { title: 'stepInspect', help: 'stepInspectHelp', doing: 'chipChecking', hasPercent: false },
  'boot-check': { title: 'stepBootCheck', help: 'stepBootCheckHelp', doing: 'chipBootTest', hasPercent: false },
  publish: { title: 'stepPublish', help: 'stepPublishHelp', doing: 'chipPublishing', hasPercent: true },
};
