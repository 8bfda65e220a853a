export type Line = {
  /** New words for it; `mark` has them printed where there is no terminal. */
  update(words: string, options?: { mark?: boolean }): void;
  done(words?: string): void;
  /** Ends it with other words, or with none. */
  end(words?: string): void;
};
export declare const formatElapsed: (milliseconds: number) => string;
export declare const print: (text?: string) => void;
/** `silentFor`: milliseconds before anything is shown, for work that is mostly quick. */
export declare const startLine: (text: string, options?: { silentFor?: number }) => Line;
