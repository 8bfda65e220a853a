import { foreignHeapBytes, foreignLimits } from '../limits/foreign-limits.ts';
import { defineChecks } from './define.ts';

const seconds = foreignLimits.look.partSeconds;
const memory = `${foreignHeapBytes / 1024 ** 2} MiB`;

/** Findings about the inspection itself. */
export const inspectionChecks = defineChecks({
  'look-incomplete': {
    severity: 'required',
    title: { en: 'The whole image could be inspected', de: 'Das ganze Image ließ sich untersuchen' },
    problem: {
      en: `Parts of the image could not be inspected ({parts}): reading them takes more than ${seconds} seconds of processor time or more than ${memory} of memory, or a file exceeds the size limit of its kind. The report says nothing about these parts.`,
      de: `Teile des Images ließen sich nicht untersuchen ({parts}): Das Lesen braucht mehr als ${seconds} Sekunden Rechenzeit oder mehr als ${memory} Speicher, oder eine Datei überschreitet die Größengrenze ihrer Art. Der Bericht sagt nichts über diese Teile.`,
    },
    remedy: {
      en: 'Check the files of these parts. One of them is unusually large, deeply nested, or made to keep its readers busy.',
      de: 'Prüfen Sie die Dateien dieser Teile. Eine davon ist ungewöhnlich groß, tief verschachtelt oder soll ihre Leser beschäftigen.',
    },
  },
});
