/** An attacker who controls a tool can make it write anything. */
const longestLine = 4096;

/** Why qemu-img has failed: its last line, without its name and without the block tree that it repeats. */
export function findQemuImgReason(stderr: unknown): string {
  return (
    (String(stderr).trim().split('\n').pop() ?? '')
      .slice(0, longestLine)
      .replace(/^qemu-img: /, '')
      .replace(/'?json:\{.*\}'?:?\s*/, '')
      .slice(0, 200) || 'no reason given'
  );
}
