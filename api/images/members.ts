import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ChangeMember, MemberList, MemberView } from '../../shared/contracts/api.ts';
import { ProjectId } from '../../shared/contracts/image.ts';
import { BootreadyError, isBootreadyError } from '../../shared/errors.ts';
import { assertWithin } from '../../shared/limits/request-limits.ts';
import type { Image } from '../../shared/ports/image.ts';
import type { ImageMember } from '../../shared/ports/image-members.ts';
import type { ApiDeps } from '../deps.ts';
import { atLeast } from '../identity/identity.ts';
import { owns, toViewer } from './access.ts';
import { imageToChange, usableImage } from './image-access.ts';

const ById = z.object({ id: z.string() });
const ByProject = z.object({ id: z.string(), project: z.string() });

function toView({ memberId, status, createdAt, updatedAt }: ImageMember): MemberView {
  return {
    projectId: memberId,
    status,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

/** Projects that an image is shared with. Its owner chooses them, and each project decides whether it accepts. The Image API has the same members. */
export function memberRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { images } = deps;
    const member = { onRequest: atLeast('member') };

    app.get(
      '/images/:id/members',
      {
        schema: {
          operationId: 'listMembers',
          summary: 'Projects an image is shared with; for an image of another project, your own membership',
          params: ById,
          response: { 200: MemberList },
        },
      },
      async (request) => {
        const image = await usableImage(deps, request);
        const viewer = toViewer(request);
        const all = await images.members(image.id);
        return {
          members: all.filter(({ memberId }) => owns(viewer, image) || memberId === viewer.projectId).map(toView),
        };
      },
    );

    app.put(
      '/images/:id/members/:project',
      {
        ...member,
        config: { audit: 'image.share' },
        schema: {
          operationId: 'shareImage',
          summary: 'Share an image with a project; repeating it changes nothing',
          params: ByProject,
          refuses: ['conflict', 'quota-exceeded'],
          response: { 200: MemberView },
        },
      },
      async (request) => {
        const { id, projectId: owner } = await imageToChange(deps, request);
        const project = toProject(request.params.project, owner);
        const there = await images.members(id);
        assertWithin('members', there.filter(({ memberId }) => memberId !== project).length + 1);
        // A private image becomes a shared one, for exactly the projects that its owner names.
        await images.change(id, (image) => {
          assertSharable(image);
          return { visibility: 'shared' };
        });
        return toView(await addMember(id, project));
      },
    );

    const addMember = async (id: string, project: string): Promise<ImageMember> => {
      try {
        return await images.addMember(id, project);
      } catch (error) {
        const found = (await images.members(id)).find(({ memberId }) => memberId === project);
        if (found && isBootreadyError(error) && error.code === 'conflict') return found;
        throw error;
      }
    };

    app.patch(
      '/images/:id/members/:project',
      {
        ...member,
        config: { audit: 'image.answer-share' },
        schema: {
          operationId: 'changeMember',
          summary: 'Accept or decline an image that is shared with your project',
          params: ByProject,
          body: ChangeMember,
          response: { 200: MemberView },
        },
      },
      async (request) => {
        const image = await usableImage(deps, request);
        const { projectId, role } = toViewer(request);
        const { project } = request.params;
        if (role !== 'admin' && project !== projectId) {
          throw new BootreadyError({
            code: owns({ projectId, role }, image) ? 'forbidden' : 'not-found',
            message: 'Only the project an image is shared with can accept or decline it.',
            remedy: 'Ask that project to do it ("bootready accept").',
          });
        }
        const changed = isText(project) && (await images.setMemberStatus(image.id, project, request.body.status));
        if (!changed) throw noSuchMember();
        return toView(changed);
      },
    );

    app.delete(
      '/images/:id/members/:project',
      {
        ...member,
        config: { audit: 'image.unshare' },
        schema: {
          operationId: 'unshareImage',
          summary: 'Stop sharing an image with a project',
          params: ByProject,
          response: { 204: z.null() },
        },
      },
      async (request, reply) => {
        const { id } = await imageToChange(deps, request);
        const { project } = request.params;
        if (!(isText(project) && (await images.removeMember(id, project)))) throw noSuchMember();
        return reply.code(204).send(null);
      },
    );
  };
}

/** Postgres keeps no zero byte. */
function isText(project: string): boolean {
  return !project.includes('\0');
}

/** @throws `invalid-input` */
function toProject(text: string, owner: string): string {
  const parsed = ProjectId.safeParse(text);
  if (parsed.success && parsed.data !== owner) return parsed.data;
  throw new BootreadyError({
    code: 'invalid-input',
    message: parsed.success ? 'The image belongs to this project.' : 'That is not a project ID.',
    remedy: 'Name another project by its ID; "bootready whoami" shows the ID for a key.',
  });
}

/** @throws `conflict` */
function assertSharable({ visibility }: Image): void {
  if (visibility === 'shared' || visibility === 'private') return;
  throw new BootreadyError({
    code: 'conflict',
    message: `The image is ${visibility}: every project can already use it.`,
    remedy: 'No sharing is needed.',
  });
}

function noSuchMember(): BootreadyError {
  return new BootreadyError({
    code: 'not-found',
    message: 'The image is not shared with this project.',
    remedy: 'GET /v1/images/{id}/members lists its members ("bootready members").',
  });
}
