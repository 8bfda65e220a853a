/** The result of a job that could not start yet. It runs later, and this does not count as an attempt. */
export class Postponed {
  readonly byMs: number;
  constructor(byMs: number) {
    this.byMs = byMs;
  }
}
