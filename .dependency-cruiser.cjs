const foreign = require('./dev/foreign-parsers.json');

/** Who may import whom; ARCHITECTURE.md says why. Run by `npm run lint`. */
const only = (name, from, allowed, comment) => ({
  name,
  severity: 'error',
  comment,
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { path: '^(shared|workflows|workers|adapters|api|portal|cli|dev|test)/', pathNot: allowed },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    only('shared-is-the-bottom', '^shared/', '^shared/', 'shared/ is pure and imports nothing of ours'),
    {
      name: 'shared-does-no-io',
      severity: 'error',
      from: { path: '^shared/', pathNot: '\\.test\\.ts$' },
      to: {
        dependencyTypes: ['core', 'npm'],
        pathNot: ['^(node:)?(crypto|stream|zlib)$', 'node_modules/(zod|intl-messageformat)/'],
      },
    },
    only(
      'workflows-are-deterministic',
      '^workflows/',
      '^(shared|workflows)/',
      'workflows import no adapter and no worker',
    ),
    {
      name: 'workflows-import-no-node-module',
      severity: 'error',
      from: { path: '^workflows/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    only('adapters-know-shared', '^adapters/', '^(shared|adapters)/', 'adapters implement the ports of shared/'),
    {
      name: 'activities-receive-ports',
      severity: 'error',
      comment: 'only main files build adapters',
      from: { path: '^workers/(activities|tools|queues)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(adapters|api|cli|dev)/' },
    },
    {
      name: 'routes-receive-ports',
      severity: 'error',
      comment: 'only main files build adapters',
      from: { path: '^api/', pathNot: ['^api/main\\.ts$', '\\.test\\.ts$'] },
      to: { path: '^(adapters|workers|cli|dev|workflows)/' },
    },
    {
      name: 'openstack-is-a-dialect',
      severity: 'error',
      comment: 'api/openstack translates; the rules are beside it, and only app.ts connects its routes',
      from: { pathNot: ['^api/openstack/', '^api/app\\.ts$', '^test/', '\\.test\\.ts$'] },
      to: { path: '^api/openstack/' },
    },
    only('the-portal-knows-the-api', '^portal/', '^(shared|portal)/', 'pages talk to the API and nothing else'),
    {
      name: 'pages-are-no-node',
      severity: 'error',
      comment: 'what a page imports runs in a browser; the build itself is another matter',
      from: { path: '^portal/', pathNot: ['\\.test\\.ts$', '^portal/(vite\\.config\\.ts$|build/)'] },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pages-take-pure-parts-of-shared',
      severity: 'error',
      comment: 'contracts and ports as types only: zod has no place in a page',
      from: { path: '^portal/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^shared/',
        pathNot:
          '^shared/((formats|checks|transfer|contracts|status)/|(limits/quota|text/quantities|images/snapshot|errors|error-codes)\\.ts$)',
      },
    },
    {
      name: 'one-door-to-processes',
      severity: 'error',
      comment:
        'only workers/tools, the door for foreign bytes and the dev stack start processes; bin.mjs hands over to a newer Node',
      from: {
        pathNot: ['^workers/tools/', '^adapters/foreign/', '^dev/', '^test/', '\\.test\\.ts$', '^cli/bin\\.mjs$'],
      },
      to: { path: '^(node:)?child_process$|node_modules/execa/' },
    },
    {
      name: 'one-door-to-foreign-bytes',
      comment:
        'what makes sense of foreign bytes runs behind the door (shared/ports/foreign.ts); types that the owner needs stand in a contract beside the task',
      severity: 'error',
      from: { pathNot: [...foreign.parsers, ...foreign.atTheUploaders, '^test/', '\\.test\\.ts$'] },
      to: { path: foreign.parsers, dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'only-tasks-are-named-to-the-door',
      comment: 'foreignTask names the task by its type, which looks like a dynamic import',
      severity: 'error',
      from: { pathNot: [...foreign.parsers, ...foreign.atTheUploaders, '^test/', '\\.test\\.ts$'] },
      to: { path: foreign.parsers, pathNot: foreign.tasks },
    },
    {
      name: 'one-place-for-each-library-that-parses',
      severity: 'error',
      from: {
        pathNot: [
          '^workers/inspect/yaml\\.ts$',
          '^adapters/object-store/listing\\.ts$',
          '^workers/internet/sums-signature\\.ts$',
          '\\.test\\.ts$',
          '^(dev|test)/',
        ],
      },
      to: { path: 'node_modules/(yaml|fast-xml-parser|openpgp)/' },
    },
    {
      name: 'one-door-to-opentelemetry',
      severity: 'error',
      comment: 'spans are made through the port; its SDK is loaded only where an endpoint is set',
      from: { pathNot: '^adapters/traces/' },
      to: { path: 'node_modules/@opentelemetry/' },
    },
    {
      name: 'opentelemetry-is-loaded-lazily',
      severity: 'error',
      from: { pathNot: ['^adapters/traces/', '\\.test\\.ts$'] },
      to: { path: '^adapters/traces/(otlp|ids|sampler|facts)\\.ts$' },
    },
    {
      name: 'products-do-not-import-tests-or-dev',
      severity: 'error',
      from: { path: '^(shared|workflows|workers|adapters|api|cli)/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|dev)/' },
    },
    {
      name: 'products-need-what-is-installed-with-them',
      severity: 'error',
      comment: 'the container image has no devDependencies',
      from: { path: '^(shared|workflows|workers|adapters|api|cli)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^portal/dist/' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.json'] },
  },
};
