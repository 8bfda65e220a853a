/** Random access to immutable bytes: an object in a store, a local file, a member of a tar. */
export interface ByteSource {
  /** Size in bytes. */
  readonly size: number;
  /**
   * Up to `length` bytes from `offset`; shorter only at the end of the source, empty beyond it.
   * @throws BootreadyError `object-changed` when the bytes are no longer those that were pinned;
   *         `object-missing` when they are gone; `unavailable` (retryable) for anything passing.
   */
  read(offset: number, length: number, signal?: AbortSignal): Promise<Buffer>;
}
