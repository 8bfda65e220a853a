import { join } from 'node:path';
import type { Plugin } from 'vite';

/** Imports of PatternFly's components that the first page does not need. */
const imports: readonly {
  /** The end of the path of the importing module, and what it imports. */
  importer: string;
  source: string;
  /** Components that are never shown, because they belong to a prop that the portal does not use. One that is shown all the same throws. */
  never?: readonly string[];
  /** The module that has all other names, if one import brings both. */
  others?: string;
  /** A module of ours with the same names. */
  instead?: string;
}[] = [
  // notificationDrawer
  { importer: 'Page/Page.js', source: '../Drawer', never: ['Drawer', 'DrawerContent', 'DrawerPanelContent'] },
  // flyout
  { importer: 'Nav/NavItem.js', source: '../../helpers/Popper/Popper', never: ['Popper'] },
  { importer: 'Nav/NavItem.js', source: '@patternfly/react-styles/css/components/Menu/menu.mjs', never: ['default'] },
  // attributes
  {
    importer: 'SearchInput/SearchInput.js',
    source: '../../helpers',
    never: ['Popper'],
    others: '@patternfly/react-core/dist/esm/helpers',
  },
  { importer: 'SearchInput/SearchInput.js', source: './AdvancedSearchMenu', never: ['AdvancedSearchMenu'] },
  // info of a column, actions of a row
  { importer: 'decorators/info.js', source: '../../HeaderCellInfoWrapper', never: ['HeaderCellInfoWrapper'] },
  { importer: 'decorators/cellActions.js', source: '../../ActionsColumn', never: ['ActionsColumn'] },
  // Shown over words that are cut off.
  ...['Label/Label.js', 'Alert/Alert.js'].map((importer) => ({
    importer,
    source: '../Tooltip',
    instead: 'shell/tooltip-on-demand.tsx',
  })),
  ...['Th.js', 'TableText.js', 'SelectColumn.js'].map((importer) => ({
    importer: `Table/${importer}`,
    source: '@patternfly/react-core/dist/esm/components/Tooltip',
    instead: 'shell/tooltip-on-demand.tsx',
  })),
  {
    importer: 'Table/Td.js',
    source: '@patternfly/react-core/dist/esm/components/Tooltip/Tooltip',
    instead: 'shell/tooltip-on-demand.tsx',
  },
];

const modules = join(import.meta.dirname, '../../node_modules');
const virtual = '\0left-out:';

/** PatternFly's components import whatever any of their props could need. This keeps from the bundle what belongs to props that the portal does not use. */
export function leftOut(): Plugin {
  const met = new Set<(typeof imports)[number]>();
  return {
    name: 'left-out',
    enforce: 'pre',
    resolveId(source, importer = '') {
      const found = imports.find((each) => each.source === source && importer.endsWith(`/${each.importer}`));
      if (!found || !importer.includes('@patternfly/')) return undefined;
      met.add(found);
      if (found.instead) return join(import.meta.dirname, '..', found.instead);
      return `${virtual}${imports.indexOf(found)}`;
    },
    load(id) {
      if (!id.startsWith(virtual)) return undefined;
      const { never = [], others } = imports[Number(id.slice(virtual.length))] ?? {};
      const stubs = never.map((name) =>
        name === 'default'
          ? 'export default {};'
          : `export function ${name}() { throw new Error('${name} is left out of the portal: portal/build/left-out.ts'); }`,
      );
      return [...(others ? [`export * from '${join(modules, others, 'index.js')}';`] : []), ...stubs].join('\n');
    },
    /** A new version of PatternFly may import differently. */
    buildEnd(error) {
      const missed = imports.filter((each) => !met.has(each)).map(({ importer, source }) => `${importer}: ${source}`);
      if (!error && missed.length > 0)
        this.error(`portal/build/left-out.ts names imports that are not there: ${missed.join('; ')}`);
    },
  };
}
