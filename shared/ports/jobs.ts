/** What is many, small and independent. Adding a job that is there already does nothing. */
export interface JobQueue {
  /** @throws BootreadyError `unavailable` within a few seconds when Redis does not answer. */
  addIntake(eventIds: readonly number[]): Promise<void>;
  addNotify(deliveryIds: readonly string[]): Promise<void>;
}

/** Tells whoever listens that an image, one of its runs or steps has changed. Nothing is promised about what was missed. */
export interface ImageFeed {
  subscribe(imageId: string, listener: () => void): () => void;
}
