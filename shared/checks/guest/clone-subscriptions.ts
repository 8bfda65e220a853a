import { judgeFound, linuxCheck } from './define.ts';

export const cloneSubscriptions = linuxCheck({
  code: 'clone-subscriptions',
  severity: 'advice',
  title: { en: 'No subscription left behind', de: 'Keine Registrierung zurückgelassen' },
  problem: {
    en: 'The image contains the registration of the old machine with its distributor ({files}). All instances would use the same registration.',
    de: 'Im Image liegt die Registrierung der alten Maschine beim Distributor ({files}). Alle Instanzen würden dieselbe Registrierung verwenden.',
  },
  remedy: {
    en: 'Unregister the machine before you capture the image.',
    de: 'Melden Sie die Maschine ab, bevor Sie das Image erstellen.',
  },
  commands: [
    { on: 'rhel', run: 'subscription-manager unregister && subscription-manager clean' },
    { on: 'suse', run: 'SUSEConnect --cleanup' },
    { on: 'debian', run: 'pro detach --assume-yes' },
  ],
  judge: ({ remains: { subscriptions } }) => judgeFound('warn', 'files', subscriptions),
});
