import { fileURLToPath } from 'node:url';

const page = (text, link) => ({ text, link });

export default {
  title: 'bootready',
  description: 'Turns uploaded disk images into published cloud images that are known to boot',
  srcDir: 'pages',
  outDir: fileURLToPath(new URL('../../../dist/site', import.meta.url)),
  cacheDir: fileURLToPath(new URL('../../../node_modules/.cache/vitepress', import.meta.url)),
  // Files of the sources that are no pages: they are only linked to.
  ignoreDeadLinks: [/\/LICENSE$/u, /\.tf$/u],
  // The documents contain {{ as text; no page is a template.
  vue: { template: { compilerOptions: { delimiters: ['{%%%', '%%%}'] } } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [page('Use', '/docs/use'), page('Operate', '/docs/operate'), page('API', '/api/')],
    sidebar: [
      {
        text: 'Users',
        items: [
          page('Quick start', '/'),
          page('Use', '/docs/use'),
          page('OpenStack', '/docs/openstack'),
          page('Checks', '/docs/checks'),
          page('Reports', '/docs/reports'),
        ],
      },
      {
        text: 'Operators',
        items: [
          page('Verify a release', '/docs/release'),
          page('Operate', '/docs/operate'),
          page('Delivery targets', '/docs/targets'),
          page('Security', '/docs/security'),
          page('Not proven', '/docs/limits'),
          page('Speed', '/docs/speed'),
          page('Scale', '/docs/scale'),
          page('Changelog', '/CHANGELOG'),
        ],
      },
      { text: 'Programs', items: [page('API reference', '/api/'), page('API limits', '/docs/api-limits')] },
      {
        text: 'Developers',
        items: [
          page('Architecture', '/ARCHITECTURE'),
          page('How to add', '/docs/adding/README'),
          page('Decisions', '/docs/decisions/README'),
          page('Contribute', '/CONTRIBUTING'),
          page('Writing', '/WRITING'),
          page('Release', '/docs/releasing'),
        ],
      },
    ],
  },
};
