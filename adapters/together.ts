type Waiting<Item, Result> = { item: Item; resolve(result: Result): void; reject(error: unknown): void };

/**
 * Makes one call at a time; requests that arrive meanwhile share the next call. No request waits for a timer: a single request is served at once, and the more
 * requests there are, the more share a round trip. If a shared call fails, each request is tried separately, so the error of one does not reach the others.
 * @param work gives one result for each item, in their order
 * @param most the limit of one call, as `readSize` counts it; a larger item gets its own call
 */
export function together<Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { most, readSize }: { most: number; readSize: (item: Item) => number },
): (item: Item) => Promise<Result> {
  const waiting: Waiting<Item, Result>[] = [];
  let isBusy = false;

  const next = (): Waiting<Item, Result>[] => {
    let size = 0;
    const beyond = waiting.findIndex(({ item }, index) => {
      size += readSize(item);
      return index > 0 && size > most;
    });
    return waiting.splice(0, beyond < 0 ? waiting.length : beyond);
  };

  const serve = async (group: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) resolve(results[index] as Result);
    } catch (error) {
      const [only] = group;
      if (only && group.length === 1) only.reject(error);
      else await Promise.all(group.map((each) => serve([each])));
    }
  };

  const serveAll = async (): Promise<void> => {
    isBusy = true;
    while (waiting.length > 0) await serve(next());
    isBusy = false;
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (!isBusy) void serveAll();
    });
}
