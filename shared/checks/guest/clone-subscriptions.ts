import { linuxCheck, told } from './define.ts';

export const cloneSubscriptions = linuxCheck({
  code: 'clone-subscriptions',
  severity: 'advice',
  title: { en: 'No subscription left behind', de: 'Keine Registrierung zurückgelassen' },
  problem: {
    en: 'The registration of the old machine with its distributor is in the image ({files}): all instances would use the same one.',
    de: 'Im Image liegt die Registrierung der alten Maschine beim Distributor ({files}): Alle Instanzen würden dieselbe verwenden.',
  },
  remedy: {
    en: 'Unregister before you take the image.',
    de: 'Melden Sie die Maschine ab, bevor Sie das Image erstellen.',
  },
  commands: [
    { on: 'rhel', run: 'subscription-manager unregister && subscription-manager clean' },
    { on: 'suse', run: 'SUSEConnect --cleanup' },
    { on: 'debian', run: 'pro detach --assume-yes' },
  ],
  judge: ({ remains: { subscriptions } }) => told('warn', 'files', subscriptions),
});
