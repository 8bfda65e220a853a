import { z } from 'zod';

/** Glance's words and no others: https://docs.openstack.org/glance/latest/user/statuses.html */
export const imageStatuses = [
  'queued',
  'saving',
  'uploading',
  'importing',
  'active',
  'deactivated',
  'killed',
  'deleted',
  'pending_delete',
] as const;
export const ImageStatus = z.enum(imageStatuses);
export type ImageStatus = z.infer<typeof ImageStatus>;

/** Who may use it besides its project: nobody, the projects that it is shared with, everyone who knows its id, everybody. */
export const visibilities = ['private', 'shared', 'community', 'public'] as const;
export const Visibility = z.enum(visibilities);
export type Visibility = z.infer<typeof Visibility>;

/** Fields by which lists can be sorted. */
export const imageSorts = ['created', 'name', 'size'] as const;
export type ImageSort = (typeof imageSorts)[number];

/** The systems that lists can filter by: a type of system, or a distribution, in the words of guestfs(3), "inspect_get_type" and "inspect_get_distro". */
const listedSystems = [
  ...['linux', 'windows', 'debian', 'ubuntu', 'rhel', 'centos', 'rocky', 'almalinux', 'oraclelinux', 'fedora'],
  ...['opensuse', 'sles', 'alpinelinux', 'archlinux', 'freebsd'],
] as const;
export const ListedSystem = z.enum(listedSystems);
export type ListedSystem = z.infer<typeof ListedSystem>;

export const memberStatuses = ['pending', 'accepted', 'rejected'] as const;
/** A project's answer to an image that another project shares with it. */
export const MemberStatus = z.enum(memberStatuses);
export type MemberStatus = z.infer<typeof MemberStatus>;

/** The format of the published image. `keep` leaves a sound raw or qcow2 in its format, rewritten; every other format becomes raw. */
export const TargetFormat = z.enum(['raw', 'qcow2', 'keep']);
export type TargetFormat = z.infer<typeof TargetFormat>;

/** `enforce` rejects an image that fails a required guest check, `warn` publishes it with warnings. Safety is never a matter of policy. */
export const Policy = z.enum(['enforce', 'warn']);
export type Policy = z.infer<typeof Policy>;

/** `require` rejects an image that does not start up to cloud-init's report, `warn` publishes it with warnings, `off` does not try. */
export const BootPolicy = z.enum(['off', 'warn', 'require']);
export type BootPolicy = z.infer<typeof BootPolicy>;

/** The settings that an uploader may choose for one image. An absent one follows the project, then the installation. */
export const ImageSettings = z.strictObject({
  targetFormat: TargetFormat.optional(),
  policy: Policy.optional(),
  bootCheck: BootPolicy.optional(),
  /** ISO 9660 images are refused unless this is set. */
  allowIso: z.boolean().optional(),
});
export type ImageSettings = z.infer<typeof ImageSettings>;

export const ImageName = z
  .string()
  .trim()
  .min(1, 'The name is empty.')
  .max(255, 'The name is longer than 255 characters.')
  // Bidirectional controls make a name look like another one: https://trojansource.codes, Unicode UAX #9.
  .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]+$/u, 'The name contains control characters.');

/** The name of a series of platform images. It always leads to the newest of them. */
export const Family = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._-]{0,62}$/,
    'A family must have 1 to 63 characters from a-z, 0-9, ".", "_" and "-", and start with a letter or digit.',
  );

export const ProjectId = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9-]{0,62}$/,
    'A project ID must have 1 to 63 characters from a-z, 0-9 and "-", and start with a letter or digit.',
  );
