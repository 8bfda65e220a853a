import { serialize } from 'node:v8';
import type { ForeignLimit, Helpers } from '../../shared/ports/foreign.ts';
import type { FromProcess, ToProcess } from './messages.ts';

/** The program of the process: loads the task's file, runs its function, passes its calls to the owner. It ends with its owner. */
function tell(message: FromProcess): void {
  process.send?.(message);
}

const waiting = new Map<number, (value: unknown) => void>();
let asked = 0;

function readHelpers(names: readonly string[]): Helpers {
  return Object.fromEntries(
    names.map((helper) => [
      helper,
      (...args: unknown[]) =>
        new Promise((resolve) => {
          waiting.set(++asked, resolve);
          // A signal stays with the owner, who ends this process by it.
          tell({ kind: 'ask', id: asked, helper, args: args.filter((each) => !(each instanceof AbortSignal)) });
        }),
    ]),
  );
}

/** Where V8 itself says that there is no room. */
function findLimit(error: unknown): ForeignLimit {
  return error instanceof RangeError &&
    /allocat|Invalid (?:string|array|typed array) length|Set maximum|Map maximum/i.test(error.message)
    ? 'memory'
    : 'crash';
}

async function run({ module, name, input, helpers, answerBytes }: ToProcess & { kind: 'run' }): Promise<void> {
  const task = (await import(module))[name] as (...args: unknown[]) => Promise<unknown>;
  tell({ kind: 'begun' });
  try {
    const value = await task(input, readHelpers(helpers), (part: string) => tell({ kind: 'part', name: part }));
    if (serialize(value).length > answerBytes) tell({ kind: 'exceeded', limit: 'size' });
    else tell({ kind: 'done', value });
  } catch (error) {
    tell({ kind: 'exceeded', limit: findLimit(error) });
  }
}

process.on('message', (message: ToProcess) => {
  if (message.kind === 'answer') {
    waiting.get(message.id)?.(message.value);
    waiting.delete(message.id);
  } else if (message.kind === 'run') void run(message);
  else void Promise.all(message.modules.map((each) => import(each)));
});
process.on('disconnect', () => process.exit());
