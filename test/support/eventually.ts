/**
 * Asks again until the answer is neither false nor undefined; errors count as "not yet".
 * @throws what was waited for, and the last error, when the time is over.
 */
export async function eventually<T>(
  ask: () => Promise<T | undefined | false>,
  { within, what, every = 100 }: { within: number; what: string; every?: number },
): Promise<T> {
  const deadline = Date.now() + within * 1000;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  throw new Error(`waited ${within} s in vain until ${what}`, { cause: last });
}
