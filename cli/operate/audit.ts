import { createAuditChain } from '../../adapters/database/audit-chain.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { AuditFault, AuditHead } from '../../shared/ports/audit.ts';
import { printResult } from '../client/output.ts';
import { Exit, exitCode } from '../exit.ts';
import { type Line, withStyle } from '../terminal.ts';
import { type Output, withDatabase } from './with-database.ts';

/** "ID:HASH", as "audit head" prints it. */
function headText({ id, hash }: AuditHead): string {
  return `${id}:${hash}`;
}

function parseHead(text: string): Pick<AuditHead, 'id' | 'hash'> {
  const [, id, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text.trim()) ?? [];
  if (id !== undefined && hash !== undefined) return { id: Number(id), hash };
  throw new BootreadyError({
    code: 'invalid-input',
    message: '--head is not a head of the audit log.',
    remedy: 'Give what "bootready audit head" printed: ID:HASH.',
  });
}

export function auditHead(options: Output): Promise<void> {
  return withDatabase(async (db) => {
    const head = await createAuditChain(db).head();
    if (!head) {
      throw new BootreadyError({
        code: 'not-found',
        message: 'The audit log is empty.',
        remedy: 'It gets a head with the first recorded action.',
      });
    }
    printResult(head, () => [headText(head)], options);
  });
}

/** @throws Exit 1 when something is wrong with the log */
export async function verifyAudit(options: Output & { head?: string }): Promise<void> {
  const kept = options.head === undefined ? undefined : parseHead(options.head);
  const result = await withDatabase((db) => createAuditChain(db).verify(kept));
  const { entries, head, fault } = result;
  const lines = (): Line[] =>
    fault
      ? [
          [withStyle('bad', 'The audit log was changed: '), faultText(fault)],
          `${entries} entries before that are intact.`,
        ]
      : [
          [withStyle('good', 'Whole: '), `${entries} entries.`],
          ...(head ? [`The head is ${headText(head)}`] : []),
          ...(kept ? [] : ['Only --head can show whether newer entries were removed.']),
        ];
  printResult(result, lines, options);
  if (fault) throw new Exit(exitCode.rejected);
}

function faultText(fault: AuditFault): string {
  switch (fault.kind) {
    case 'changed':
      return `entry ${fault.id} was changed.`;
    case 'inserted':
      return `entry ${fault.id} was inserted later.`;
    case 'removed':
      return fault.after === undefined
        ? `the entries before entry ${fault.before} are missing.`
        : `between entry ${fault.after} and entry ${fault.before} entries are missing, or entry ${fault.after} was rewritten.`;
    case 'cut':
      return `entry ${fault.id}, the head that you kept, is missing or was rewritten.`;
  }
}
