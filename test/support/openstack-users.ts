import { createApiKeyStore, createProjectStore } from '../../adapters/database/project-store.ts';
import type { Role } from '../../shared/ports/projects.ts';
import { newApiKey } from '../../shared/secrets/api-key.ts';
import { type Installation, project } from './installation.ts';

/** Somebody who logs in with OpenStack's clients: the key is the password. */
export type OpenStackUser = { name: string; id: string; project: string; role: Role; key: string };

const otherProject = 'other';

/** One of each role in the project of the installation, and `stranger` in another. */
export async function makeUsers({ db }: Installation): Promise<Record<Role | 'stranger', OpenStackUser>> {
  await createProjectStore(db).ensure({ id: otherProject });
  const make = async (name: string, projectId: string, role: Role): Promise<OpenStackUser> => {
    const { key, hash, hint } = newApiKey();
    const id = await createApiKeyStore(db).create({ projectId, name, hash, hint, role });
    return { name, id, project: projectId, role, key };
  };
  return {
    reader: await make('reader', project, 'reader'),
    member: await make('member', project, 'member'),
    admin: await make('admin', project, 'admin'),
    stranger: await make('stranger', otherProject, 'member'),
  };
}

/** As an openrc file sets it. */
export function makeOpenrc({ apiUrl }: Installation, user: OpenStackUser): Record<string, string> {
  return {
    OS_AUTH_URL: `${apiUrl}/identity/v3`,
    OS_USERNAME: user.name,
    OS_PASSWORD: user.key,
    OS_PROJECT_NAME: user.project,
    OS_USER_DOMAIN_NAME: 'Default',
    OS_PROJECT_DOMAIN_NAME: 'Default',
    OS_REGION_NAME: 'RegionOne',
    OS_IDENTITY_API_VERSION: '3',
  };
}
