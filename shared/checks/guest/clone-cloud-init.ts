import { judgeFound, linuxCheck } from './define.ts';

export const cloneCloudInit = linuxCheck({
  code: 'clone-cloud-init',
  severity: 'advice',
  title: { en: 'cloud-init has not run yet', de: 'cloud-init ist noch nicht gelaufen' },
  problem: {
    en: 'cloud-init keeps the state of an earlier instance ({files}). It may mistake a new instance for the old one and skip its first-boot tasks.',
    de: 'cloud-init behält den Zustand einer früheren Instanz ({files}). Es kann eine neue Instanz mit der alten verwechseln und die Aufgaben des ersten Starts überspringen.',
  },
  remedy: {
    en: 'Clean cloud-init before you capture the image.',
    de: 'Setzen Sie cloud-init zurück, bevor Sie das Image erstellen.',
  },
  commands: [{ on: 'any', run: 'cloud-init clean --logs' }],
  judge: ({ remains: { cloudInitState } }) => judgeFound('warn', 'files', cloudInitState),
});
