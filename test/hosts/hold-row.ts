import { openDatabase } from '../../adapters/database/open.ts';

/** Locks the row of a project and never ends its transaction. Arguments: the URL of the database, and the project. */
const [, , url = '', project = ''] = process.argv;
const { db } = openDatabase(url);
await db.transaction().execute(async (trx) => {
  await trx.selectFrom('projects').where('id', '=', project).forUpdate().select('id').executeTakeFirstOrThrow();
  process.stdout.write('held\n');
  await new Promise(() => setInterval(() => undefined, 1000));
});
