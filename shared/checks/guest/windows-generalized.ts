import { cannotTell, windowsCheck } from './define.ts';

/** https://learn.microsoft.com/windows-hardware/manufacture/desktop/windows-setup-states */
export const windowsGeneralized = windowsCheck({
  code: 'windows-generalized',
  severity: 'required',
  title: { en: 'Windows is generalized (sysprep)', de: 'Windows ist generalisiert (sysprep)' },
  problem: {
    en: 'Windows was not generalized by sysprep for a first start ({state}). Instances would share security identifier, name and registrations. An unfinished setup stops each of them.',
    de: 'Windows wurde nicht mit sysprep für einen ersten Start generalisiert ({state}). Instanzen hätten Sicherheits-ID, Namen und Registrierungen gemeinsam. Ein nicht beendetes Setup hält jede von ihnen an.',
  },
  remedy: {
    en: 'Let sysprep generalize Windows and shut it down, then upload the disk without starting the machine again. This is not needed for an image that becomes only one instance.',
    de: 'Lassen Sie sysprep Windows generalisieren und herunterfahren, und laden Sie den Datenträger hoch, ohne die Maschine noch einmal zu starten. Für ein Image, aus dem nur eine Instanz wird, ist das nicht nötig.',
  },
  commands: [
    {
      on: 'windows',
      run: 'C:\\Windows\\System32\\Sysprep\\sysprep.exe /generalize /oobe /shutdown /unattend:"C:\\Program Files\\Cloudbase Solutions\\Cloudbase-Init\\conf\\Unattend.xml"',
    },
  ],
  judge: ({ imageState }) => {
    if (imageState === undefined) return cannotTell('registry-value', 'ImageState');
    const params = { state: imageState };
    if (imageState === 'IMAGE_STATE_GENERALIZE_RESEAL_TO_OOBE') return { outcome: 'pass', params };
    return { outcome: imageState === 'IMAGE_STATE_UNDEPLOYABLE' ? 'fail' : 'warn', params };
  },
});
