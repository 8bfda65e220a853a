import type { ForeignDoor, ForeignResult } from '../../shared/ports/foreign.ts';
import { watchTask } from '../../workers/activities/boot-check.ts';
import { machineFor, newBootSeed } from '../../workers/boot/boot-machine.ts';
import { bootNews } from '../../workers/boot/boot-news.ts';
import type { BootEnd, Watched } from '../../workers/boot/watch-contract.ts';

/** Watches what a guest says on its console, or QEMU by its monitor, piece by piece, until the watch has enough or the pieces are at an end. TOKEN is its seed's. */
export async function watched(
  door: ForeignDoor,
  pieces: readonly (string | { monitor: string })[],
  guest: object = { osType: 'linux', architecture: 'x86_64', cloudInit: '24.1' },
): Promise<ForeignResult<Watched>> {
  const given = newBootSeed(guest);
  if (!given) throw new Error('not watched');
  const news = bootNews(machineFor(guest, given));
  const left = [...pieces];
  let end: BootEnd | undefined;
  const words = given.system === 'linux' ? given.seed : undefined;
  const next = async () => {
    const piece = left.shift();
    if (piece === undefined) end ??= 'late';
    else if (typeof piece === 'string') news.listeners.onSerial(piece.replace('TOKEN', words?.token ?? ''));
    else news.listeners.onMonitor?.(piece.monitor);
    const seen = { silentSeconds: 1, seconds: 10, allowedSeconds: 60, accelerator: 'tcg' as const };
    return { ...news.take(), ...seen, ...(end ? { end, console: news.whole() } : {}) };
  };
  const helpers = {
    next,
    write: async () => undefined,
    over: async (how: BootEnd) => {
      end = how;
    },
  };
  return door.run(watchTask, { guest, given }, helpers);
}
