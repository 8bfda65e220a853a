import type { Config } from '../../shared/config.ts';
import type { ObjectStore } from '../../shared/ports/object-store.ts';
import type { ObjectStoreConfig } from './config.ts';
import { createObjectStore } from './minio.ts';

/** Where the store of an installation is. */
export function toStoreConfig(config: Config): ObjectStoreConfig {
  return {
    endpoint: config.S3_ENDPOINT,
    publicEndpoint: config.S3_PUBLIC_ENDPOINT,
    region: config.S3_REGION,
    accessKey: config.S3_ACCESS_KEY,
    secretKey: config.S3_SECRET_KEY,
    pathStyle: config.S3_PATH_STYLE,
  };
}

/** The store of an installation. Nothing is connected before the first call. */
export function openObjectStore(config: Config): ObjectStore {
  return createObjectStore(toStoreConfig(config));
}
