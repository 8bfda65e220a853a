import { z } from 'zod';
import { TargetName } from '../contracts/delivery.ts';

/** Where published images go further: the operator's file, secrets included. Names of OpenStack's are those of its clouds.yaml. */

/** An S3 server of anyone's; objects go to `PREFIX<project>/<image>/`. */
export const S3TargetConfig = z.strictObject({
  kind: z.literal('s3'),
  endpoint: z.url({ protocol: /^https?$/ }),
  region: z.string().default('us-east-1'),
  path_style: z.boolean().default(true),
  bucket: z.string().min(3),
  prefix: z
    .string()
    .regex(/^([^/].*\/)?$/, 'a prefix must end with "/" and must not start with it')
    .default(''),
  access_key: z.string().min(1),
  secret_key: z.string().min(1),
});
export type S3TargetConfig = z.infer<typeof S3TargetConfig>;

/** A folder that every worker sees, of a network filesystem say; files go to `PATH/<project>/<image>/`. */
export const DirectoryTargetConfig = z.strictObject({
  kind: z.literal('directory'),
  path: z.string().regex(/^\//, 'an absolute path'),
  /** Whether the folder is also a server of images for Incus and LXD, once a web server shows it. */
  simplestreams: z.boolean().optional(),
});
export type DirectoryTargetConfig = z.infer<typeof DirectoryTargetConfig>;

const KeystonePassword = z.strictObject({
  auth_url: z.url({ protocol: /^https?$/ }),
  username: z.string(),
  password: z.string(),
  user_domain_name: z.string().default('Default'),
  project_name: z.string(),
  project_domain_name: z.string().default('Default'),
});
const KeystoneApplicationCredential = z.strictObject({
  auth_url: z.url({ protocol: /^https?$/ }),
  application_credential_id: z.string(),
  application_credential_secret: z.string(),
});
export type KeystoneAuth = z.infer<typeof KeystonePassword> | z.infer<typeof KeystoneApplicationCredential>;

/** An OpenStack cloud, by its Keystone. */
export const GlanceTargetConfig = z.strictObject({
  kind: z.literal('glance'),
  auth: z.union([KeystonePassword, KeystoneApplicationCredential], {
    error: 'auth_url with username, password and project_name, or with application_credential_id and its secret',
  }),
  region_name: z.string().optional(),
  interface: z.enum(['public', 'internal', 'admin']).default('public'),
  visibility: z.enum(['private', 'shared', 'community', 'public']).default('private'),
});
export type GlanceTargetConfig = z.infer<typeof GlanceTargetConfig>;

/** A container registry; images go to `REPOSITORY/<project>:<image>` (shared/images/container-disk.ts), as containerDisks of KubeVirt. */
export const OciTargetConfig = z
  .strictObject({
    kind: z.literal('oci'),
    registry: z.url({ protocol: /^https?$/ }),
    repository: z
      .string()
      // The grammar of the distribution spec, which is that of every part of a path.
      .regex(
        /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/,
        'a repository has a-z, 0-9, ".", "_" and "-", with "/" between its parts',
      )
      .max(150),
    username: z.string().min(1).optional(),
    password: z.string().min(1).optional(),
    /** Where it sends its clients for a token, if that is another host. */
    token_server: z.url({ protocol: /^https?$/ }).optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'username and password belong together',
  });
export type OciTargetConfig = z.infer<typeof OciTargetConfig>;

/** A storage of Proxmox VE with the content type `import`, by an API token. */
export const ProxmoxTargetConfig = z.strictObject({
  kind: z.literal('proxmox'),
  url: z.url({ protocol: /^https?$/ }),
  node: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9-]{0,62}$/, 'the name of a node'),
  storage: z.string().regex(/^[a-zA-Z][a-zA-Z0-9._-]{1,99}$/, 'the name of a storage'),
  /** USER@REALM!NAME, as Proxmox shows it. */
  token_id: z.string().regex(/^[^\s:!@]{1,64}@[^\s:!@]{1,64}![^\s:!@=]{1,64}$/, 'USER@REALM!NAME'),
  token_secret: z.string().min(1),
});
export type ProxmoxTargetConfig = z.infer<typeof ProxmoxTargetConfig>;

export const TargetConfig = z.discriminatedUnion('kind', [
  S3TargetConfig,
  DirectoryTargetConfig,
  GlanceTargetConfig,
  OciTargetConfig,
  ProxmoxTargetConfig,
]);
export type TargetConfig = z.infer<typeof TargetConfig>;

/** Targets by name. An error says where the problem is, but never shows the value, because it may be a secret. */
export const Targets = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // The parser's own words quote the text.
      context.addIssue({ code: 'custom', message: 'no JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.record(TargetName, TargetConfig));
export type Targets = z.infer<typeof Targets>;
