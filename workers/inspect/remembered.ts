import type { AskGuestfish } from '../tools/guestfish-complaints.ts';

/** Commands that change the subject of later questions; their answers are never remembered. */
const changing = new Set(['mount-ro', 'umount-all', 'hivex-open', 'hivex-close']);
/** Commands that leave a file behind. */
const leaving = new Set(['download', 'download-offset']);

/**
 * Remembers the appliance's answers for an inspection that runs again, because each question costs up to a second, and some cost ten. An answer is valid for
 * the filesystems and the hive that were open at the time.
 * @param most bytes of all remembered answers
 */
export function rememberAnswers(
  asked: AskGuestfish,
  most = 128 * 1024 ** 2,
): { ask: AskGuestfish; again(): Promise<void> } {
  const answers = new Map<string, Buffer | undefined>();
  let bytes = 0;
  let mounted: string[] = [];
  let hive = '';
  return {
    ask: async (command, args) => {
      const key = JSON.stringify([mounted, hive, command, args]);
      if (answers.has(key)) return answers.get(key);
      const answer = await asked(command, args);
      if (command === 'mount-ro') mounted = [...mounted, args.join(' ')];
      else if (command === 'umount-all') mounted = [];
      else if (command === 'hivex-open') hive = args.join(' ');
      else if (command === 'hivex-close') hive = '';
      if (changing.has(command) || leaving.has(command)) return answer;
      bytes += key.length + (answer?.length ?? 0);
      if (bytes <= most) answers.set(key, answer);
      return answer;
    },
    again: async () => {
      await asked('hivex-close', []);
      await asked('umount-all', []);
      mounted = [];
      hive = '';
    },
  };
}
