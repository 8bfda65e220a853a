import { cannotTell, diskCheck, whether } from './define.ts';
import { started } from './shown-by.ts';
import { isWithoutSystem } from './systems.ts';

export const architecture = diskCheck({
  code: 'architecture',
  severity: 'required',
  shownBy: started,
  title: {
    en: 'Processor architecture',
    de: 'Prozessor-Architektur',
  },
  problem: {
    en: 'The system is for {architecture}, but the platform runs only 64-bit systems for x86_64 and aarch64 (ARM).',
    de: 'Das System ist für {architecture} gebaut, aber die Plattform führt nur 64-Bit-Systeme für x86_64 und aarch64 (ARM) aus.',
  },
  remedy: {
    en: 'Install the 64-bit version of the system.',
    de: 'Installieren Sie die 64-Bit-Version des Systems.',
  },
  judge: (view) => {
    const { architecture } = view.facts;
    if (isWithoutSystem(view)) return undefined;
    if (!architecture) return cannotTell('architecture');
    return { outcome: whether(['x86_64', 'aarch64'].includes(architecture)), params: { architecture } };
  },
});
