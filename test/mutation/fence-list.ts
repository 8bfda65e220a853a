type Mutation = {
  file: string;
  from: string;
  to: string;
  /** Which of several alike, from 0. */
  nth?: number;
  tests: string[];
};

const runs = ['test/conformance/runs.test.ts', 'test/conformance/run-ends.test.ts', 'test/conformance/glance.test.ts'];
const orders = ['test/conformance/downloads.test.ts'];
const uploads = ['test/conformance/images.test.ts'];
const deliveries = ['test/conformance/deliveries.test.ts'];
const walls = ['test/conformance/row-level-security.test.ts'];
const identities = ['test/integration/api.test.ts'];

const sandbox = [
  'test/hostile/sandbox/sandbox.test.ts',
  'test/hostile/sandbox/exhaustion.test.ts',
  'workers/tools/sandbox.test.ts',
  'workers/tools/sandbox-end.test.ts',
];
const outputs = ['workers/tools/output.test.ts', 'test/hostile/sandbox/stand-ins.test.ts'];

function gone(file: string, tests: string[], lines: [from: string, count: number][]): Mutation[] {
  return lines.flatMap(([from, count]) =>
    Array.from({ length: count }, (_, nth) => ({ file, from, to: '', nth, tests })),
  );
}

/** What is taken away, one after the other, and the tests that must notice. */
export const mutations: readonly Mutation[] = [
  ...gone('adapters/database/run-store.ts', runs, [
    [".where('fence', '=', fence)", 2],
    [`and fence = \${fence} and finished_at is null`, 1],
    [' and finished_at is null', 1],
    [` and fence = \${fence}`, 2],
    ['.where(isHeld(runId, fence))', 2],
    ['await lockHeldRun(trx, runId, fence);', 5],
    [".where('admitted_at', 'is not', null)", 1],
    [".where('verbatim', '=', true)", 2],
  ]),
  {
    file: 'adapters/database/run-store.ts',
    from: ".where('finished_at', 'is', null)\n    .select(['id', 'image_id'])",
    to: ".select(['id', 'image_id'])",
    tests: runs,
  },
  {
    file: 'adapters/database/run-store.ts',
    from: ".where('finished_at', 'is', null)\n              .select([",
    to: '.select([',
    tests: runs,
  },
  ...gone('adapters/database/order-store.ts', orders, [
    [".where('fence', '=', fence)", 2],
    [".where('status', '=', 'running')", 2],
    [".where('image_id', 'in', wanted)", 3],
  ]),
  ...gone('adapters/database/delivery-store.ts', deliveries, [
    [".where('fence', '=', fence)", 1],
    [".where('status', '=', 'running')", 1],
    [".where('number', '=', number)", 1],
  ]),
  ...gone('adapters/database/image-uploads.ts', uploads, [
    [".where('multipart_id', 'is not distinct from', multipartId)", 2],
    [".where('held_bytes', '=', size)", 1],
  ]),
  { file: 'adapters/database/scope.ts', from: 'set local role bootready_project; ', to: '', tests: walls },
  {
    file: 'adapters/database/scope.ts',
    from: "pg.escapeLiteral(scope?.projectId ?? '')",
    to: "''",
    tests: walls,
  },
  {
    file: 'adapters/database/scope.ts',
    from: "if (scope === 'everything') return CompiledQuery.raw(begin);",
    to: 'if (scope) return CompiledQuery.raw(begin);',
    tests: walls,
  },
  {
    file: 'adapters/database/scope.ts',
    from: "if (snapshot.scope !== scope) throw new Error('a snapshot has the rights of one scope');",
    to: '',
    tests: walls,
  },
  {
    file: 'adapters/database/scope.ts',
    from: "if (scope === 'everything' || inTransaction",
    to: 'if (scope || inTransaction',
    tests: walls,
  },
  {
    file: 'adapters/database/scope.ts',
    from: "if (scope === 'everything') await driver.beginTransaction",
    to: 'if (scope) await driver.beginTransaction',
    tests: walls,
  },
  {
    file: 'api/identity/identity.ts',
    from: "role === 'admin' ? undefined : projectId",
    to: 'undefined',
    tests: identities,
  },
  {
    file: 'api/identity/identity.ts',
    from: 'if (rank[readIdentity(request).role] >= rank[role]) return;',
    to: 'return;',
    tests: identities,
  },
  ...gone('workers/tools/sandbox-args.ts', sandbox.slice(0, 1), [["'--unshare-all', ", 1]]),
  // Programs are left bound in read-only: the test that would notice writes among them.
  ...gone('workers/tools/sandbox-args.ts', sandbox, [
    [", '--disable-userns'", 1],
    ["'--cap-drop', 'ALL', ", 1],
    ["'--die-with-parent', ", 1],
    ["'--new-session', ", 1],
    ["'--seccomp', String(descriptors.seccomp), ", 1],
    ["'--size', String(size), ", 1],
    ["'--remount-ro', '/proc', ", 1],
    ["'--remount-ro', '/dev', ", 1],
    [", '--remount-ro', '/'", 1],
    [`  \`--cpu=\${Math.ceil(limits.cpuSeconds)}\`,\n`, 1],
    [`  \`--fsize=\${Math.ceil(limits.fileBytes)}\`,\n`, 1],
    [`  \`--nofile=\${limits.openFiles ?? 256}\`,\n`, 1],
    ["  '--core=0',\n", 1],
    ["  '--memlock=0',\n", 1],
    [`  ...(limits.memoryBytes > 0 ? [\`--as=\${limits.memoryBytes}\`] : []),\n`, 1],
    [`\`--nproc=\${mostTasks(command)}\`, `, 1],
  ]),
  {
    file: 'workers/tools/sandbox-args.ts',
    from: "['--ro-bind', outside, inside]",
    to: "['--bind', outside, inside]",
    tests: sandbox,
  },
  ...gone('workers/tools/sandbox.ts', sandbox, [
    ['if (!hasExited) killGroup(child);', 1],
    ['    await init.kill();\n', 1],
    ['      void init.kill();\n', 1],
    ['    setTimeout(giveUp, dyingMs).unref();\n', 1],
    ['      setTimeout(giveUp, drainMs).unref();\n', 1],
    ["command.signal?.addEventListener('abort', abort, { once: true });", 1],
    [' && !end.excess', 1],
  ]),
  {
    file: 'workers/tools/sandbox.ts',
    from: '.then(lookOnceMore)',
    to: '',
    tests: sandbox,
  },
  {
    file: 'workers/tools/sandbox.ts',
    from: 'init.ended().then(lookOnceMore)',
    to: 'lookOnceMore()',
    tests: sandbox,
  },
  // The count of processes is left: a worker that is root has no other bound against a fork bomb, and this machine none either.
  ...gone('workers/tools/sandbox-watch.ts', sandbox, [
    ["  if (resident > residentBytes) return 'memory';\n", 1],
    ['    written += await namelessBytes(pid);\n', 1],
    [' || inner > 0', 1],
    ['files > folderFiles || ', 1],
    ['    written += bytes;\n', 1],
  ]),
  ...gone('workers/tools/output.ts', outputs, [
    ["    if (!status.isFile()) throw makeRefusedError('it is no regular file');\n", 1],
    [' && nlink === 1', 1],
    ["    if (!ours(status)) throw makeRefusedError('it has another owner, or further names');\n", 1],
    [' | constants.O_NOFOLLOW', 1],
    ['status.isSocket() && ', 1],
    [' && ours(status)', 1],
  ]),
  { file: 'workers/tools/machine.ts', from: '      ...sandboxOption,\n', to: '', tests: outputs.slice(1) },
  { file: 'workers/tools/guestfish.ts', from: `\${sandboxOption.join(' ')} `, to: '', tests: outputs.slice(1) },
  { file: 'workers/tools/output.ts', from: '| O_NOFOLLOW ', to: '', tests: outputs },
  { file: 'workers/tools/output.ts', from: '| O_NONBLOCK ', to: '', tests: outputs },
  { file: 'workers/tools/output.ts', from: 'status.size > maxBytes', to: 'maxBytes < 0', tests: outputs },
];

/** @throws Error if the code has changed, and has no such place any more */
export function mutate({ file, from, to, nth = 0 }: Mutation, sound: string): string {
  const parts = sound.split(from);
  if (parts.length < nth + 2) throw new Error(`${file} has no ${nth + 1}. "${from}"`);
  return `${parts.slice(0, nth + 1).join(from)}${to}${parts.slice(nth + 1).join(from)}`;
}
