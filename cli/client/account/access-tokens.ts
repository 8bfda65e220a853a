import { BootreadyError } from '../../../shared/errors.ts';
import { readClientFile, type SignIn, withLock, writeClientFile } from '../api/client-file.ts';

/** A token is renewed so long before its end: it must still be good when it arrives. */
const leewayMs = 30_000;
function isGood({ expiresAt }: SignIn): boolean {
  return expiresAt - leewayMs > Date.now();
}

/** Access tokens of who has signed in, each good when it is given; renewed ones are kept in the file for all processes. */
export function createAccessTokens(path: string, url: string, first: SignIn): () => Promise<string> {
  let known = first;
  let asking: Promise<void> | undefined;

  const renew = (): Promise<void> =>
    withLock(path, async () => {
      const file = await readClientFile(path);
      if (!file || !('signIn' in file) || file.url !== url) throw makeSignedOutError(url);
      known = file.signIn;
      // Another process was faster.
      if (isGood(known)) return;
      known = await (await import('./issuer.ts')).renewSignIn(known);
      await writeClientFile(path, { ...file, signIn: known });
    });

  return async () => {
    if (!isGood(known)) {
      asking ??= renew().finally(() => {
        asking = undefined;
      });
      await asking;
    }
    return known.accessToken;
  };
}

function makeSignedOutError(url: string): BootreadyError {
  return new BootreadyError({
    code: 'unauthenticated',
    message: `Nobody is signed in to ${url} on this machine.`,
    remedy: `Sign in again: "bootready login ${url}".`,
  });
}
