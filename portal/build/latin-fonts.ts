import { createHash } from 'node:crypto';
import postcss, { type AtRule } from 'postcss';
import subsetFont from 'subset-font';
import type { Plugin } from 'vite';

/**
 * The letters of English and German, and the usual punctuation. https://fonts.google.com splits its fonts at the same place.
 */
const latin = [
  [0x20, 0xff],
  [0x131, 0x131],
  [0x152, 0x153],
  [0x2bb, 0x2bc],
  [0x2c6, 0x2c6],
  [0x2da, 0x2da],
  [0x2dc, 0x2dc],
  [0x304, 0x304],
  [0x308, 0x308],
  [0x2000, 0x206f],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
  [0x2191, 0x2193],
  [0x2212, 0x2215],
] as const;
/** All else that the Red Hat fonts can show. */
const others = 'U+100-237,U+2C7,U+2D8-2DD,U+300-328,U+1E80-1EF3,U+2070-2089,U+2260,U+FB01-FB02';

function toRange([from, to]: readonly [number, number]): string {
  return from === to ? `U+${from.toString(16)}` : `U+${from.toString(16)}-${to.toString(16)}`;
}
const latinRange = latin.map(toRange).join(',').toUpperCase();
const latinText = latin
  .flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, at) => String.fromCodePoint(from + at)))
  .join('');

/**
 * Cuts PatternFly's fonts in two: the browser loads the small file, and the whole one only for a letter that the small one lacks. Nothing looks different: the
 * outlines are the same, and weights that the rule does not offer were never shown.
 */
export function latinFonts(): Plugin {
  return {
    name: 'latin-fonts',
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
            const [min, max] = weightsOf(whole);
            const small = await subsetFont(Buffer.from(font.source), latinText, {
              targetFormat: 'woff2',
              variationAxes: { wght: min === max ? min : { min, max, default: min } },
            });
            const hash = createHash('sha256').update(small).digest('base64url').slice(0, 8);
            const fileName = file.replace(/-[\w-]{8}\.woff2$/, `-latin-${hash}.woff2`);
            this.emitFile({ type: 'asset', fileName, source: small });
            // The last rule that has a letter gives it.
            const part = whole.cloneAfter();
            part.walkDecls('src', (declaration) => {
              declaration.value = declaration.value.replace(file, fileName);
            });
            whole.append({ prop: 'unicode-range', value: others });
            part.append({ prop: 'unicode-range', value: latinRange });
          }
          if (faces.length > 0) sheet.source = root.toString();
        }
      },
    },
  };
}

function weightsOf(face: AtRule): [number, number] {
  let weights: number[] = [];
  face.walkDecls('font-weight', ({ value }) => {
    weights = value.split(' ').map(Number);
  });
  const [min = 400, max = min] = weights;
  return [min, max];
}
