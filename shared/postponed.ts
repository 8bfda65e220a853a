/** What a job comes to that could not begin yet: it is done later, and that was no try. */
export class Postponed {
  readonly byMs: number;
  constructor(byMs: number) {
    this.byMs = byMs;
  }
}
