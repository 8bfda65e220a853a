/** The code of the error that some work throws, or `none`. */
export function findCode(work: () => unknown): string {
  try {
    work();
    return 'none';
  } catch (error) {
    return (error as { code: string }).code;
  }
}
