import { createHash } from 'node:crypto';
import postcss, { type AtRule } from 'postcss';
import subsetFont from 'subset-font';
import type { Plugin } from 'vite';

/** All that the Red Hat fonts can show. */
const all = codePoints(
  'U+20-7E,U+A0-237,U+2BB-2BC,U+2C6-2C7,U+2D8-2DD,U+300-328,U+1E80-1EF3,U+2000-206F,U+2070-2089,U+20AC,U+2122,U+2191-2193,U+2212-2215,U+2260,U+FB01-FB02',
);
/** Letters and signs of English and German, and those of the portal's own words: all that most pages show. */
const common = codePoints(
  'U+20-7E,U+A0,U+A7,U+A9,U+AB,U+B0-B5,U+B7,U+BB,U+C4,U+D6-D7,U+DC,U+DF,U+E4,U+E9,U+F6,U+FC,U+2000-2014,U+2018-201E,U+2022,U+2026-202F,U+20AC,U+2122,U+2191-2193,U+2212',
);
const rare = all.filter((each) => !common.includes(each));
/** Features that browsers apply unasked, and figures of one width: no style asks for others. */
const features = ['calt', 'ccmp', 'clig', 'kern', 'liga', 'locl', 'mark', 'mkmk', 'rclt', 'rlig', 'tnum'];
/** PatternFly's rule offers more weights, but its styles ask for this one. The tests fail on a page that asks for another (test/support/browser.ts). */
const onlyWeights: Readonly<Record<string, number>> = { 'Red Hat Display': 600 };

/** https://www.w3.org/TR/css-fonts-4/#unicode-range-desc */
function codePoints(range: string): number[] {
  return range.split(',').flatMap((each) => {
    const [from = 0, to = from] = each
      .slice(2)
      .split('-')
      .map((digits) => Number.parseInt(digits, 16));
    return Array.from({ length: to - from + 1 }, (_, at) => from + at);
  });
}
function toRange(points: readonly number[]): string {
  const starts = points.filter((point, at) => point - 1 !== points[at - 1]);
  const ends = points.filter((point, at) => point + 1 !== points[at + 1]);
  const hex = (point = 0): string => point.toString(16).toUpperCase();
  return starts.map((start, at) => `U+${hex(start)}${start === ends[at] ? '' : `-${hex(ends[at])}`}`).join(',');
}

/**
 * Cuts PatternFly's fonts in two: the browser loads the small file, and the whole one only for a letter that the small one lacks. Nothing looks different: the
 * outlines are the same, and what is left out of the small one was never shown.
 */
export function commonFonts(): Plugin {
  return {
    name: 'common-fonts',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      async handler(_options, bundle) {
        for (const sheet of Object.values(bundle)) {
          if (sheet.type !== 'asset' || !sheet.fileName.endsWith('.css')) continue;
          const root = postcss.parse(String(sheet.source));
          const faces: AtRule[] = [];
          root.walkAtRules('font-face', (rule) => {
            if (rule.toString().includes('RedHat')) faces.push(rule);
          });
          for (const whole of faces) {
            const file = /\/(assets\/[\w.-]+\.woff2)/.exec(whole.toString())?.[1] ?? '';
            const font = bundle[file];
            if (font?.type !== 'asset') throw new Error(`No font ${file} for ${whole.toString()}`);
            const [min, max] = offerWeights(whole);
            // The types of the library do not know "keepFeatures" yet.
            const options = {
              targetFormat: 'woff2' as const,
              keepFeatures: features,
              variationAxes: { wght: min === max ? min : { min, max, default: min } },
            };
            const small = await subsetFont(Buffer.from(font.source), String.fromCodePoint(...common), options);
            const hash = createHash('sha256').update(small).digest('base64url').slice(0, 8);
            const fileName = file.replace(/-[\w-]{8}\.woff2$/, `-common-${hash}.woff2`);
            this.emitFile({ type: 'asset', fileName, source: small });
            // The last rule that has a letter gives it.
            const part = whole.cloneAfter();
            part.walkDecls('src', (declaration) => {
              declaration.value = declaration.value.replace(file, fileName);
            });
            whole.append({ prop: 'unicode-range', value: toRange(rare) });
            part.append({ prop: 'unicode-range', value: toRange(common) });
          }
          if (faces.length > 0) sheet.source = root.toString();
        }
      },
    },
  };
}

/** The least and the greatest weight that a rule offers, once it offers no more than is used. */
function offerWeights(face: AtRule): [number, number] {
  let family = '';
  face.walkDecls('font-family', ({ value }) => {
    family = value.replaceAll('"', '');
  });
  let weights: number[] = [];
  face.walkDecls('font-weight', (declaration) => {
    const only = onlyWeights[family];
    if (only) declaration.value = String(only);
    weights = declaration.value.split(' ').map(Number);
  });
  const [min = 400, max = min] = weights;
  return [min, max];
}
