import type { Language } from '../checks/define.ts';
import type { Verdict } from '../contracts/run.ts';

/** The words of a report around those of its checks. */
export type ReportWords = {
  report: string;
  image: string;
  checked: string;
  run: string;
  installation: string;
  screen: string;
  disk: string;
  system: string;
  boots: string;
  kernel: string;
  boot: string;
  result: string;
  data: string;
  upload: string;
  kept: string;
  failures: string;
  warnings: string;
  passed: string;
  unknown: string;
  advice: string;
  tools: string;
  verdict: Record<Verdict, string>;
  /** For a file that was only checked, not published. */
  wouldBe: Record<Verdict, string>;
};

export const reportWords: Record<Language, ReportWords> = {
  en: {
    report: 'Report',
    image: 'image',
    checked: 'checked',
    run: 'run',
    installation: 'installation',
    screen: 'Screen at the end of the boot check',
    disk: 'disk',
    system: 'system',
    boots: 'boots with',
    kernel: 'kernel',
    boot: 'boot check',
    result: 'result',
    data: 'of data',
    upload: 'upload',
    kept: 'kept as',
    failures: 'Failures',
    warnings: 'Warnings',
    passed: 'Passed',
    unknown: 'not known',
    advice: 'To do: ',
    tools: 'Tools',
    verdict: {
      publish: 'It is fit to be published',
      'publish-with-warnings': 'It is fit to be published, with warnings',
      reject: 'It is rejected',
    },
    wouldBe: {
      publish: 'It would be published',
      'publish-with-warnings': 'It would be published, with warnings',
      reject: 'It would be rejected',
    },
  },
  de: {
    report: 'Bericht',
    image: 'Image',
    checked: 'geprüft',
    run: 'Durchlauf',
    installation: 'Installation',
    screen: 'Bildschirm am Ende des Starttests',
    disk: 'Disk',
    system: 'System',
    boots: 'startet mit',
    kernel: 'Kernel',
    boot: 'Starttest',
    result: 'Ergebnis',
    data: 'Daten',
    upload: 'Upload',
    kept: 'behalten als',
    failures: 'Fehler',
    warnings: 'Warnungen',
    passed: 'Bestanden',
    unknown: 'nicht bekannt',
    advice: 'Zu tun: ',
    tools: 'Werkzeuge',
    verdict: {
      publish: 'Es kann veröffentlicht werden',
      'publish-with-warnings': 'Es kann veröffentlicht werden, mit Warnungen',
      reject: 'Es ist abgelehnt',
    },
    wouldBe: {
      publish: 'Es würde veröffentlicht',
      'publish-with-warnings': 'Es würde mit Warnungen veröffentlicht',
      reject: 'Es würde abgelehnt',
    },
  },
};
