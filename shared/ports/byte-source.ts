/** Random access to immutable bytes: an object in a store, a local file, a member of a tar. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  /**
   * Up to `length` bytes from `offset`; fewer only at the end of the source, none beyond it.
   * @throws BootreadyError `object-changed` when the bytes are no longer the pinned ones; `object-missing` when they no longer exist; `unavailable` (retryable)
   * for every temporary problem.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer>;
}
