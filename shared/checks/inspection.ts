import { foreignHeapBytes, foreignLimits } from '../foreign-limits.ts';
import { defineChecks } from './define.ts';

const seconds = foreignLimits.look.partSeconds;
const memory = `${foreignHeapBytes / 1024 ** 2} MiB`;

/** What an inspection says of itself. */
export const inspectionChecks = defineChecks({
  'look-incomplete': {
    severity: 'required',
    title: { en: 'All of the image could be looked at', de: 'Das ganze Image ließ sich ansehen' },
    problem: {
      en: `Parts of the image could not be looked at ({parts}): to read them takes more than ${seconds} seconds on the processor or more than ${memory} of memory, or a file is larger than is read of its kind. Nothing is said of them.`,
      de: `Teile des Images ließen sich nicht ansehen ({parts}): Sie zu lesen braucht mehr als ${seconds} Sekunden Rechenzeit oder mehr als ${memory} Speicher, oder eine Datei ist größer, als von ihrer Art gelesen wird. Über sie wird nichts gesagt.`,
    },
    remedy: {
      en: 'Look at the files of these parts: one of them is unusually large, deeply nested, or made to keep its readers busy.',
      de: 'Sehen Sie sich die Dateien dieser Teile an: Eine davon ist ungewöhnlich groß, tief verschachtelt oder dazu gemacht, ihre Leser zu beschäftigen.',
    },
  },
});
