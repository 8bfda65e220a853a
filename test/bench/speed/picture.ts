import { floorName, type Measured, readSeconds } from './measured.ts';

const [barHeight, gap, left, width] = [14, 14, 290, 930];
const title = 'From the end of an upload to an image that a cloud can use: time as a multiple of the floor';
const colours = ['#9e9e9e', '#004d99', '#63993d', '#f0ab00', '#b1380b'];

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
function text(x: number, y: number, words: string, more = ''): string {
  return `<text x="${x}" y="${y}" ${more}>${escaped(words)}</text>`;
}

/** SVG: bars of the seconds of each way, as multiples of the floor, image by image. */
export function drawRatios(all: readonly Measured[]): string {
  const names = [...new Set(all.flatMap(({ rounds }) => rounds.flatMap((round) => Object.keys(round))))];
  const bars = all.map((each) => {
    const floor = readSeconds(each, floorName);
    return names.flatMap((name, index) => {
      const seconds = readSeconds(each, name);
      return floor && seconds ? [{ seconds, ratio: seconds / floor, colour: colours[index % colours.length] }] : [];
    });
  });
  const largest = Math.max(1, ...bars.flat().map(({ ratio }) => ratio));
  const scale = (width - left - 110) / largest;
  let y = 60;
  const groups = all.map(({ workload }, index) => {
    const top = y;
    const shapes = (bars[index] ?? []).map(({ seconds, ratio, colour }) => {
      const at = y;
      y += barHeight;
      const label = text(left + ratio * scale + 6, at + 10, `${ratio.toFixed(2)} (${seconds.toFixed(1)} s)`);
      return `<rect x="${left}" y="${at}" width="${(ratio * scale).toFixed(1)}" height="${barHeight - 2}" fill="${colour}"/>${label}`;
    });
    y += gap;
    return [text(left - 8, top + 11, workload, 'text-anchor="end"'), ...shapes].join('\n');
  });
  const legend = names.map((name, index) => {
    const x = left + index * 125;
    return `<rect x="${x}" y="30" width="10" height="10" fill="${colours[index % colours.length]}"/>${text(x + 14, 39, name)}`;
  });
  const one = left + scale;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="sans-serif" font-size="11">`,
    `<title>${title}</title>`,
    `<rect width="${width}" height="${y}" fill="#ffffff"/>`,
    text(8, 18, title, 'font-size="14"'),
    ...legend,
    `<line x1="${one}" x2="${one}" y1="50" y2="${y}" stroke="#c7c7c7"/>`,
    ...groups,
    '</svg>',
    '',
  ].join('\n');
}
