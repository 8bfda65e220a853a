import { defineChecks } from './define.ts';

/** What an inspection says of itself. */
export const inspectionChecks = defineChecks({
  'look-incomplete': {
    severity: 'required',
    title: { en: 'All of the image could be looked at', de: 'Das ganze Image ließ sich ansehen' },
    problem: {
      en: 'Parts of the image could not be looked at ({parts}): reading them takes more time or memory than in any ordinary system. Nothing is said of them.',
      de: 'Teile des Images ließen sich nicht ansehen ({parts}): Sie zu lesen braucht mehr Zeit oder Speicher als in jedem gewöhnlichen System. Über sie wird nichts gesagt.',
    },
    remedy: {
      en: 'Look at the files of these parts: one of them is unusually large, deeply nested, or made to keep its readers busy.',
      de: 'Sehen Sie sich die Dateien dieser Teile an: Eine davon ist ungewöhnlich groß, tief verschachtelt oder dazu gemacht, ihre Leser zu beschäftigen.',
    },
  },
});
