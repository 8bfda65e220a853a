import { linuxCheck, told } from './define.ts';

export const cloneCloudInit = linuxCheck({
  code: 'clone-cloud-init',
  severity: 'advice',
  title: { en: 'cloud-init has not run yet', de: 'cloud-init ist noch nicht gelaufen' },
  problem: {
    en: 'cloud-init keeps what an earlier instance was ({files}); it may take a new instance for the old one and skip what it does once.',
    de: 'cloud-init hält fest, was eine frühere Instanz war ({files}); es kann eine neue Instanz für die alte halten und auslassen, was es nur einmal tut.',
  },
  remedy: { en: 'Clean it before you take the image.', de: 'Räumen Sie es auf, bevor Sie das Image erstellen.' },
  commands: [{ on: 'any', run: 'cloud-init clean --logs' }],
  judge: ({ remains: { cloudInitState } }) => told('warn', 'files', cloudInitState),
});
