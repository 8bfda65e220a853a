import type { Text } from './text.ts';

/** Why something could not be told. `{what}` is the guest's word for it: a device, a path, a part. */
type Words = { readonly problem: Text; readonly remedy: Text };

const start: Text = {
  en: 'The boot check tells whether it matters, for it starts the image. Where it is switched off, start an instance yourself before you rely on the image.',
  de: 'Ob es darauf ankommt, zeigt der Starttest, denn er startet das Image. Wo er abgeschaltet ist, starten Sie selbst eine Instanz, bevor Sie sich auf das Image verlassen.',
};
const lookYourself: Text = {
  en: 'Look at it in a running instance.',
  de: 'Sehen Sie in einer laufenden Instanz nach.',
};

export const unseenWords = {
  'too-much': {
    problem: {
      en: 'This could not be looked at ({what}): reading it takes more time or memory than it may.',
      de: 'Das ließ sich nicht ansehen ({what}): Es zu lesen braucht mehr Zeit oder Speicher, als es darf.',
    },
    remedy: start,
  },
  filesystem: {
    problem: {
      en: 'This cannot be read here: the filesystem on {what} could not be mounted. It is damaged, or of a kind or a version that is not known here.',
      de: 'Das lässt sich hier nicht lesen: Das Dateisystem auf {what} ließ sich nicht einhängen. Es ist beschädigt, oder seine Art oder Version ist hier nicht bekannt.',
    },
    remedy: start,
  },
  content: {
    problem: {
      en: 'This cannot be read here: {what} holds data of a kind that is not known here.',
      de: 'Das lässt sich hier nicht lesen: {what} enthält Daten einer Art, die hier nicht bekannt ist.',
    },
    remedy: start,
  },
  group: {
    problem: {
      en: 'This cannot be read here: {what} belongs to a group of disks (LVM, RAID, ZFS) that is not complete, or not known here.',
      de: 'Das lässt sich hier nicht lesen: {what} gehört zu einem Verbund von Datenträgern (LVM, RAID, ZFS), der nicht vollständig oder hier nicht bekannt ist.',
    },
    remedy: start,
  },
  encrypted: {
    problem: {
      en: 'This cannot be read here: it may lie inside the encrypted volume {what}.',
      de: 'Das lässt sich hier nicht lesen: Es liegt womöglich im verschlüsselten Volume {what}.',
    },
    remedy: start,
  },
  file: {
    problem: {
      en: 'This cannot be read here: {what} is there, but reading it ends with an error.',
      de: 'Das lässt sich hier nicht lesen: {what} ist da, aber das Lesen endet mit einem Fehler.',
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
      en: 'This cannot be told of a system that keeps its files in this way ({what}).',
      de: 'Das lässt sich bei einem System nicht sagen, das seine Dateien auf diese Weise hält ({what}).',
    },
    remedy: lookYourself,
  },
  architecture: {
    problem: {
      en: 'No program was found that tells which processors the system is for.',
      de: 'Es fand sich kein Programm, das zeigt, für welche Prozessoren das System ist.',
    },
    remedy: start,
  },
  'boot-code': {
    problem: {
      en: 'The code in the first sector is not known here, so it cannot be told what it starts.',
      de: 'Der Code im ersten Sektor ist hier nicht bekannt; was er startet, lässt sich nicht sagen.',
    },
    remedy: start,
  },
  'boot-entry': {
    problem: {
      en: 'It cannot be told which entry the boot loader starts: its configuration was not found, or is written in a way that is not known here.',
      de: 'Welchen Eintrag der Bootloader startet, lässt sich nicht sagen: Seine Konfiguration fand sich nicht oder ist auf eine Weise geschrieben, die hier nicht bekannt ist.',
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
      en: 'It cannot be told where the root filesystem lies.',
      de: 'Wo das Root-Dateisystem liegt, lässt sich nicht sagen.',
    },
    remedy: start,
  },
  'device-name': {
    problem: {
      en: 'Whether {what} is in the image cannot be told by its name.',
      de: 'Ob {what} im Image ist, lässt sich am Namen nicht erkennen.',
    },
    remedy: start,
  },
  initramfs: {
    problem: {
      en: 'The initramfs could not be read to its end, or is not found: what is missing from the rest may be in there.',
      de: 'Das initramfs ließ sich nicht bis zum Ende lesen oder fand sich nicht: Was sonst fehlt, kann darin sein.',
    },
    remedy: start,
  },
  'kernel-modules': {
    problem: {
      en: 'There are no modules of kernel {what}: it was built without, or they are missing.',
      de: 'Vom Kernel {what} gibt es keine Module: Er wurde ohne sie gebaut, oder sie fehlen.',
    },
    remedy: start,
  },
  'init-system': {
    problem: {
      en: 'The system starts its services in a way that is not known here.',
      de: 'Das System startet seine Dienste auf eine Weise, die hier nicht bekannt ist.',
    },
    remedy: lookYourself,
  },
  presets: {
    problem: {
      en: 'Nothing starts it yet, and the system enables services by its presets at its first boot. Which those are cannot be told.',
      de: 'Noch startet es nichts, und das System aktiviert Dienste beim ersten Start nach seinen Voreinstellungen. Welche das sind, lässt sich nicht sagen.',
    },
    remedy: start,
  },
  packages: {
    problem: {
      en: 'The list of installed packages was not found or could not be read.',
      de: 'Die Liste der installierten Pakete fand sich nicht oder ließ sich nicht lesen.',
    },
    remedy: lookYourself,
  },
  'package-version': {
    problem: {
      en: '{what} is installed, but no package tells its version.',
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
      en: 'SELinux enforces a policy, and the files have no labels, or none that can be read here. Whether the policy allows that cannot be told.',
      de: 'SELinux setzt eine Richtlinie durch, und die Dateien haben keine Labels oder keine, die hier lesbar sind. Ob die Richtlinie das zulässt, lässt sich nicht sagen.',
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
      en: 'Windows does not say it: {what} is not in the registry.',
      de: 'Windows sagt es nicht: {what} steht nicht in der Registry.',
    },
    remedy: start,
  },
} as const satisfies Readonly<Record<string, Words>>;

export type UnseenReason = keyof typeof unseenWords;

/** The words of a finding that is `unknown`; undefined where its reason is that of another version, or it has none. */
export const wordsOfUnseen = (reason: unknown): Words | undefined =>
  typeof reason === 'string' && Object.hasOwn(unseenWords, reason) ? unseenWords[reason as UnseenReason] : undefined;
