import type { BootreadyErrorOptions } from '../../shared/errors.ts';

/** Where a store is, and as whom we are known there. */
export type ObjectStoreConfig = {
  endpoint: string;
  /** For presigned URLs; the endpoint itself when absent. */
  publicEndpoint?: string | undefined;
  region: string;
  accessKey: string;
  secretKey: string;
  pathStyle: boolean;
  /** The words for its refusals (403 and such) and its silence; by default those of the installation's own store. */
  trouble?: StoreTrouble;
};

/** @param code what the store calls it (S3's error codes); empty when it did not say anything. */
export type StoreTrouble = (code: string) => Omit<BootreadyErrorOptions, 'cause'>;
