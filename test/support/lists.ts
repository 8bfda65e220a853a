import { createHash } from 'node:crypto';
import { imageStatuses, memberStatuses, visibilities } from '../../shared/contracts/image.ts';
import { quotaSorts } from '../../shared/limits/quota.ts';
import { taskSortKeys, taskStatuses } from '../../shared/ports/import-tasks.ts';
import { sortKeys } from '../../shared/ports/visible-images.ts';
import { listedBootResults } from '../../shared/status/boot-result.ts';
import { type Filling, filledId } from './filled-database.ts';

export type Role = 'member' | 'admin';
/** `filter` and `sort` as the query has them. */
export type ListCase = { url: string; list: string; filter: string; sort: string; roles: readonly Role[] };

const both = ['member', 'admin'] as const;
function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** Every list of both APIs with every filter, sort and page, on what `fillDatabase` makes; those who ask are of the second project. */
export function listCases({ images, projects }: Filling): ListCase[] {
  const made = images - (images % projects) - projects + 1;
  const [own, early] = [`image${made}`, `image${1 + projects * Math.floor(images / projects / 10)}`].map(filledId) as [
    string,
    string,
  ];
  const time = (years: number) => new Date(Date.now() - years * 365 * 86_400_000).toISOString();
  const fields = {
    '': [''],
    visibility: [...visibilities, 'all'].map((value) => `visibility=${value}`),
    member_status: [...memberStatuses, 'all'].map((value) => `member_status=${value}&visibility=shared`),
    os_hidden: ['os_hidden=true'],
    protected: ['protected=true'],
    owner: ['owner=filled-2', 'owner=filled-9', 'owner=nobody'],
    checksum: [`checksum=${md5(`m${made}`)}`, 'checksum=none'],
    os_hash_value: [`os_hash_value=${md5(`a${made}`)}${md5(`b${made}`)}`, 'os_hash_value=none'],
    os_hash_algo: ['sha512', 'sha256', 'md5'].map((value) => `os_hash_algo=${value}`),
    tag: ['tag=nightly', 'tag=team-3&tag=golden', 'tag=keep-for-audit', 'tag=none'],
    name: ['name=debian-3%20build%204', 'name=in:none,nothing'],
    status: imageStatuses.map((value) => `status=${value}`),
    container_format: ['container_format=bare', 'container_format=ova'],
    disk_format: ['disk_format=raw', 'disk_format=in:qcow2,vhd', 'disk_format=iso'],
    size: ['size_min=1&size_max=5000000000', 'size_min=99999999999'],
    virtual_size: ['virtual_size_max=600000000', 'virtual_size_min=99999999999'],
    min_disk: ['min_disk=10', 'min_disk_min=11'],
    min_ram: ['min_ram=2048', 'min_ram_min=4096'],
    created_at: [`created_at=gt:${time(1)}`, `created_at=lt:${time(2.9)}`, `created_at=gt:${time(-1)}`],
    updated_at: [`updated_at=gte:${time(0.01)}`, `updated_at=lt:${time(2.9)}`, `updated_at=gt:${time(-1)}`],
    properties: ['os_distro=debian', 'hw_machine_type=q35', 'os_distro=none', 'build=7'],
    id: [`id=${own}`, 'id=none'],
  };
  const sorts = sortKeys.flatMap((key) => [`sort=${key}:asc`, `sort=${key}:desc`]);
  const glance = (filter: string, sort: string): ListCase => ({
    url: `/image/v2/images?${[filter, sort].filter((part) => part !== '').join('&')}`,
    list: '/v2/images',
    filter,
    sort,
    roles: both,
  });
  const others = (list: string, path: string, queries: readonly string[], roles: readonly Role[]): ListCase[] =>
    queries.map((filter) => ({ url: `${path}?${filter}`, list, filter, sort: '', roles }));
  return [
    ...Object.values(fields)
      .flat()
      .flatMap((filter) => sorts.map((sort) => glance(filter, sort))),
    ...['sort=name:asc,size:desc', 'sort=status,disk_format,updated_at:asc', `sort=${sortKeys.join(',')}`].map((sort) =>
      glance('', sort),
    ),
    ...[`marker=${own}`, `marker=${early}`].flatMap((marker) =>
      [...sorts, 'sort=status:desc,size:asc'].map((sort) => glance(marker, sort)),
    ),
    ...others(
      '/v1/images',
      '/v1/images',
      [
        ...['', `after=${own}`, `after=${early}`, 'name=debian-3%20build%204', 'name=none'],
        ...imageStatuses.map((value) => `status=${value}`),
        ...['text=debian', 'text=build%204', 'text=BUILD%2099', 'text=zz', 'text=nothing%20like%20it'],
        ...['format=raw', 'format=qcow2', 'imageType=snapshot', 'imageType=image'],
        ...['linux', 'windows', 'debian', 'freebsd'].map((value) => `system=${value}`),
        ...listedBootResults.map((value) => `boot=${value}`),
        ...visibilities.map((value) => `visibility=${value}`),
        ...['owner=platform', 'owner=platform&system=windows'],
        ...[...memberStatuses, 'all'].map((value) => `shared=${value}`),
        ...['search=debian-3%20build%204', `search=${own.slice(0, 7)}`, 'search=none', 'shared=all&search=none'],
        ...[
          `status=killed&system=linux&format=raw&after=${early}`,
          'boot=passed&sort=name&offset=50',
          `text=debian&after=${own}`,
        ],
      ],
      both,
    ),
    ...others('/v1/upload-events', '/v1/upload-events', ['', 'settled=true', 'settled=false', 'before=1000'], both),
    ...others('/v1/self', '/v1/self', [''], both),
    ...others('/v1/families', '/v1/families', [''], both),
    ...others('/v1/webhooks', '/v1/webhooks', [''], both),
    ...others('/v1/image-sources', '/v1/image-sources', [''], ['admin']),
    ...others('/v1/keys', '/v1/keys', [''], ['admin']),
    ...others('/v1/operations', '/v1/operations', [''], ['admin']),
    ...others(
      '/v1/quotas',
      '/v1/quotas',
      quotaSorts.map((value) => `sort=${value}`),
      ['admin'],
    ),
    ...others(
      '/v1/audit-log',
      '/v1/audit-log',
      [
        ...['', 'action=image.create', 'action=key.create', 'projectId=filled-2', `imageId=${own}`, 'before=1000'],
        ...[`since=${time(1)}`, `until=${time(2)}`, `since=${time(2.02)}&until=${time(2)}&action=image.create`],
      ],
      ['admin'],
    ),
    ...others('/v1/images/{id}/members', `/v1/images/${own}/members`, [''], both),
    ...others('/v2/images/{id}/members', `/image/v2/images/${own}/members`, [''], both),
    ...others('/v2/info/usage', '/image/v2/info/usage', [''], both),
    ...others(
      '/v2/tasks',
      '/image/v2/tasks',
      [
        ...['', `image_id=${own}`, 'owner=filled-2', 'owner=nobody', 'request_id=req-7', 'request_id=none'],
        ...taskStatuses.map((value) => `status=${value}`),
        ...taskSortKeys.flatMap((key) => [`sort_key=${key}&sort_dir=asc`, `sort_key=${key}&sort_dir=desc`]),
      ],
      ['admin'],
    ),
  ];
}
