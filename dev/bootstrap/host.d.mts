/** The clone. */
export declare const root: string;
/** @throws an error with `remedy` when the file system of the folder has less room than `bytes` for this user. */
export declare const requireRoom: (folder: string, bytes: number, purpose: string) => void;
