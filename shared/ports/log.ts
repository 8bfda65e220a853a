/** The log of a process; pino is one. Details hold ids, never secrets. */
export type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
};
