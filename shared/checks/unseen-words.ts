import type { Text } from './text.ts';

/** Why something is not known. `{what}` is the guest's word for it: a device, a path, a part. */
type Words = { readonly problem: Text; readonly remedy: Text };

const start: Text = {
  en: 'The boot check starts the image and shows whether this matters. If the boot check is off, start an instance yourself before you rely on the image.',
  de: 'Der Starttest startet das Image und zeigt, ob es darauf ankommt. Wenn der Starttest abgeschaltet ist, starten Sie selbst eine Instanz, bevor Sie sich auf das Image verlassen.',
};
const lookYourself: Text = {
  en: 'Check this in a running instance.',
  de: 'Prüfen Sie das in einer laufenden Instanz.',
};

export const unseenWords = {
  'too-much': {
    problem: {
      en: 'This could not be inspected ({what}): reading it exceeds the limit for time or memory.',
      de: 'Das ließ sich nicht untersuchen ({what}): Das Lesen überschreitet die Grenze für Zeit oder Speicher.',
    },
    remedy: start,
  },
  filesystem: {
    problem: {
      en: 'This cannot be read here: the filesystem on {what} could not be mounted. It is damaged, or its type or version is unknown.',
      de: 'Das lässt sich hier nicht lesen: Das Dateisystem auf {what} ließ sich nicht einhängen. Es ist beschädigt, oder seine Art oder Version ist unbekannt.',
    },
    remedy: start,
  },
  content: {
    problem: {
      en: 'This cannot be read here: {what} contains data of an unknown kind.',
      de: 'Das lässt sich hier nicht lesen: {what} enthält Daten einer unbekannten Art.',
    },
    remedy: start,
  },
  group: {
    problem: {
      en: 'This cannot be read here: {what} belongs to a group of disks (LVM, RAID, ZFS) that is incomplete or unknown.',
      de: 'Das lässt sich hier nicht lesen: {what} gehört zu einem Verbund von Datenträgern (LVM, RAID, ZFS), der unvollständig oder unbekannt ist.',
    },
    remedy: start,
  },
  encrypted: {
    problem: {
      en: 'This cannot be read here: it may be inside the encrypted volume {what}.',
      de: 'Das lässt sich hier nicht lesen: Es liegt womöglich im verschlüsselten Volume {what}.',
    },
    remedy: start,
  },
  file: {
    problem: {
      en: 'This cannot be read here: {what} exists, but reading it ends with an error.',
      de: 'Das lässt sich hier nicht lesen: {what} ist vorhanden, aber das Lesen endet mit einem Fehler.',
    },
    remedy: start,
  },
  'system-search': {
    problem: {
      en: 'The search for operating systems ended with an error.',
      de: 'Die Suche nach Betriebssystemen endete mit einem Fehler.',
    },
    remedy: start,
  },
  layout: {
    problem: {
      en: 'This cannot be determined for a system that stores its files in this way ({what}).',
      de: 'Das lässt sich bei einem System nicht feststellen, das seine Dateien so ablegt ({what}).',
    },
    remedy: lookYourself,
  },
  architecture: {
    problem: {
      en: 'No program was found that shows which processors the system is for.',
      de: 'Es fand sich kein Programm, das zeigt, für welche Prozessoren das System ist.',
    },
    remedy: start,
  },
  'boot-code': {
    problem: {
      en: 'The code in the first sector is unknown, so bootready cannot tell what it starts.',
      de: 'Der Code im ersten Sektor ist unbekannt. Daher lässt sich nicht sagen, was er startet.',
    },
    remedy: start,
  },
  'boot-entry': {
    problem: {
      en: 'bootready cannot tell which entry the boot loader starts: its configuration was not found, or is written in an unknown way.',
      de: 'Es lässt sich nicht sagen, welchen Eintrag der Bootloader startet: Seine Konfiguration wurde nicht gefunden oder ist auf eine unbekannte Weise geschrieben.',
    },
    remedy: start,
  },
  'command-line': {
    problem: {
      en: 'The command line of the kernel is not known, or names no root filesystem.',
      de: 'Die Kommandozeile des Kernels ist nicht bekannt oder nennt kein Root-Dateisystem.',
    },
    remedy: start,
  },
  'root-device': {
    problem: {
      en: 'bootready cannot tell where the root filesystem is.',
      de: 'Es lässt sich nicht sagen, wo das Root-Dateisystem liegt.',
    },
    remedy: start,
  },
  'device-name': {
    problem: {
      en: 'The name alone does not show whether {what} is in the image.',
      de: 'Der Name allein zeigt nicht, ob {what} im Image ist.',
    },
    remedy: start,
  },
  initramfs: {
    problem: {
      en: 'The initramfs was not found or could not be read to its end. It may contain the missing parts.',
      de: 'Das Initramfs wurde nicht gefunden oder ließ sich nicht bis zum Ende lesen. Es kann die fehlenden Teile enthalten.',
    },
    remedy: start,
  },
  'kernel-modules': {
    problem: {
      en: 'Kernel {what} has no modules: it was built without modules, or they are missing.',
      de: 'Der Kernel {what} hat keine Module: Er wurde ohne Module gebaut, oder sie fehlen.',
    },
    remedy: start,
  },
  'init-system': {
    problem: {
      en: 'The system starts its services in an unknown way.',
      de: 'Das System startet seine Dienste auf eine unbekannte Weise.',
    },
    remedy: lookYourself,
  },
  presets: {
    problem: {
      en: 'No unit starts it yet. The system enables services by its presets at the first boot, and bootready cannot tell which ones.',
      de: 'Noch wird der Dienst nicht gestartet. Das System aktiviert Dienste beim ersten Start nach seinen Voreinstellungen; welche das sind, lässt sich nicht sagen.',
    },
    remedy: start,
  },
  packages: {
    problem: {
      en: 'The list of installed packages was not found or could not be read.',
      de: 'Die Liste der installierten Pakete wurde nicht gefunden oder ließ sich nicht lesen.',
    },
    remedy: lookYourself,
  },
  'package-version': {
    problem: {
      en: '{what} is installed, but no package states its version.',
      de: '{what} ist installiert, aber kein Paket nennt seine Version.',
    },
    remedy: lookYourself,
  },
  'cloud-config': {
    problem: {
      en: 'cloud-init has no configuration file in the usual place.',
      de: 'cloud-init hat keine Konfigurationsdatei an der üblichen Stelle.',
    },
    remedy: start,
  },
  labels: {
    problem: {
      en: 'SELinux enforces a policy, but the files have no labels, or none that can be read here. bootready cannot tell whether the policy allows that.',
      de: 'SELinux setzt eine Richtlinie durch, aber die Dateien haben keine Labels oder keine, die hier lesbar sind. Ob die Richtlinie das zulässt, lässt sich nicht sagen.',
    },
    remedy: start,
  },
  registry: {
    problem: {
      en: 'This is in the hive {what} of the registry, which is missing or could not be read.',
      de: 'Das steht in der Hive {what} der Registry, die fehlt oder nicht lesbar war.',
    },
    remedy: start,
  },
  'registry-value': {
    problem: {
      en: 'The registry of Windows does not contain {what}.',
      de: 'Die Registry von Windows enthält {what} nicht.',
    },
    remedy: start,
  },
} as const satisfies Readonly<Record<string, Words>>;

export type UnseenReason = keyof typeof unseenWords;

/** The words of a finding that is `unknown`; undefined where its reason is that of another version, or it has none. */
export function wordsOfUnseen(reason: unknown): Words | undefined {
  return typeof reason === 'string' && Object.hasOwn(unseenWords, reason)
    ? unseenWords[reason as UnseenReason]
    : undefined;
}
