/** What docs/hosts.md says was measured. In seconds, or as counts. */
export function tellFigure(what: string, figures: Record<string, number>): void {
  const said = Object.entries(figures).map(
    ([name, value]) => `${name} ${value > 999 ? `${(value / 1000).toFixed(1)} s` : value}`,
  );
  process.stdout.write(`${what}: ${said.join(', ')}\n`);
}
