import { TooMuch } from '../../shared/checks/guest/unseen.ts';

/** Accounts from passwd(5) and shadow(5). */
export type Accounts = {
  /** Users of people (uid 1000 and above) with a shell. */
  people: string[];
  /** Who has a password. */
  passwords: string[];
  /** Who gets in without one. */
  empty: string[];
  homes: string[];
};

const mostUsers = 100;
/** Enough for a system that has all users of a university in its own files. */
const mostLines = 100_000;

/** Lines as they are in /etc/passwd and /etc/shadow; what is no entry is passed over. @throws TooMuch */
export function readAccounts(passwd: readonly string[], shadow: readonly string[]): Accounts {
  if (passwd.length > mostLines || shadow.length > mostLines) throw new TooMuch('lines of /etc/passwd');
  const users = passwd
    .map((line) => line.split(':'))
    .filter((fields) => fields.length === 7)
    .map(([name = '', , uid = '', , , home = '', shell = '']) => ({ name, uid: Number(uid), home, shell }));
  const people = users.filter(
    ({ uid, shell }) => uid >= 1000 && uid < 60_000 && !/\/(?:nologin|false|sync|shutdown|halt)$/.test(shell),
  );
  const hashes = shadow
    .map((line) => line.split(':'))
    .filter(([name, hash]) => name !== '' && hash !== undefined)
    .map(([name = '', hash = '']) => ({ name, hash }));
  const logins = new Set(users.filter(({ shell }) => !/\/(?:nologin|false)$/.test(shell)).map(({ name }) => name));
  return {
    people: people.map(({ name }) => name).slice(0, mostUsers),
    // A hash begins with "$" (crypt(5)), or is the old DES of 13 characters; "*" and "!" let nobody in.
    passwords: hashes
      .filter(({ hash }) => /^(?:\$|[./0-9A-Za-z]{13}$)/.test(hash))
      .map(({ name }) => name)
      .slice(0, mostUsers),
    empty: hashes
      .filter(({ name, hash }) => hash === '' && logins.has(name))
      .map(({ name }) => name)
      .slice(0, mostUsers),
    homes: people
      .map(({ home }) => home)
      .filter((home) => /^\/[\w./-]+$/.test(home))
      .slice(0, mostUsers),
  };
}
