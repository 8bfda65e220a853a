/** What is logged with; pino is one. Details hold ids, never secrets. */
export type Log = {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
};
