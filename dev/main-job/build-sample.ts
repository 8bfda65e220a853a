import { buildSampleImages } from '../sample/build.ts';
import { cacheDir } from '../stack/tool-path.ts';

// A process of its own, and a group of its own, so that all that builds can be stopped at once: the signal is passed on to the group,
// mmdebstrap unmounts what it mounted, and the half-built sample is removed here. Progress goes to stdout, the path comes last.
process.once('SIGTERM', () => {
  process.on('SIGTERM', () => undefined);
  process.kill(0, 'SIGTERM');
});
try {
  const { good } = await buildSampleImages(cacheDir(), (message) => process.stdout.write(`progress ${message}\n`));
  process.stdout.write(`image ${good}\n`);
} catch (error) {
  const { message, remedy } = error as { message: string; remedy?: string };
  process.stderr.write(`${message}\n${remedy ?? ''}\n`);
  process.exitCode = 1;
}
