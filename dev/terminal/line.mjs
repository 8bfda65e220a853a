// One line of progress that is rewritten in place on a terminal. Plain JavaScript, because it is used before anything is installed.
import process from 'node:process';

const isTerminal = () => Boolean(process.stdout.isTTY);
let open;

/** Seconds as people read them. */
export const formatElapsed = (milliseconds) => {
  if (milliseconds < 9950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

const draw = () => {
  const time = ` (${formatElapsed(Date.now() - open.started)})`;
  const text = open.text.slice(0, (process.stdout.columns || 80) - 1 - time.length);
  process.stdout.write(`\r${text}${time}\x1b[K`);
};

/** Prints a line; one that is in progress goes on below it. */
export const print = (text = '') => {
  if (open && isTerminal()) process.stdout.write('\r\x1b[K');
  process.stdout.write(`${text}\n`);
  if (open && isTerminal()) draw();
};

/**
 * Begins a line for something that takes time. On a terminal it counts seconds; elsewhere it is printed at its beginning, every
 * half minute, and at its end. Only one is in progress at a time.
 */
export const startLine = (text, { silentFor = 0 } = {}) => {
  const line = { text, started: Date.now() };
  let shown = false;
  const show = () => {
    shown = true;
    if (isTerminal()) draw();
    else process.stdout.write(`${line.text} ...\n`);
  };
  open = line;
  if (silentFor === 0) show();
  const late = silentFor > 0 ? setTimeout(show, silentFor) : undefined;
  const ticks = setInterval(
    () => {
      if (!shown) return;
      if (isTerminal()) draw();
      else process.stdout.write(`${line.text} (${formatElapsed(Date.now() - line.started)})\n`);
    },
    isTerminal() ? 1000 : 30_000,
  );
  const close = () => {
    clearInterval(ticks);
    clearTimeout(late);
    if (open === line) open = undefined;
    if (shown && isTerminal()) process.stdout.write('\r\x1b[K');
  };
  return {
    /** New words for it; `mark` has them printed where there is no terminal. */
    update: (words, { mark = false } = {}) => {
      line.text = words;
      if (!shown) return;
      if (isTerminal()) draw();
      else if (mark) process.stdout.write(`${words} (${formatElapsed(Date.now() - line.started)})\n`);
    },
    done: (words) => {
      close();
      if (shown) process.stdout.write(`${words ?? line.text}: done in ${formatElapsed(Date.now() - line.started)}\n`);
    },
    /** Ends it with other words, or with none. */
    end: (words) => {
      close();
      if (words) process.stdout.write(`${words}\n`);
    },
  };
};
