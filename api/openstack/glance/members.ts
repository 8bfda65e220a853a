import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { MemberStatus, memberStatuses } from '../../../shared/contracts/image.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { assertWithin } from '../../../shared/limits/request-limits.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';
import { atLeast } from '../../identity/identity.ts';
import { owns, toViewer } from '../../images/access.ts';
import { ownImage, visibleImage } from './access.ts';
import { toMemberView } from './view.ts';

function makeForbiddenError(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'forbidden', message, remedy });
}
function invalid(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'invalid-input', message, remedy });
}

function assertShared({ visibility }: Image): void {
  if (visibility === 'shared') return;
  throw makeForbiddenError(
    `Only shared images have members; this one is ${visibility}.`,
    'Share it first: openstack image set --shared ID',
  );
}

/** Projects that a shared image is shared with. Each project sees only its own membership, and only the project itself accepts. */
export function memberRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { images } = deps;
    const member = { onRequest: atLeast('member') };

    const noSuchMember = (): BootreadyError =>
      new BootreadyError({ code: 'not-found', message: 'The image is not shared with this project.' });

    const visibleMembers = async (request: FastifyRequest, image: Image) => {
      const viewer = toViewer(request);
      const all = await images.members(image.id);
      return owns(viewer, image) ? all : all.filter(({ memberId }) => memberId === viewer.projectId);
    };

    app.get('/images/:id/members', async (request) => {
      const image = await visibleImage(deps, request);
      assertShared(image);
      return { members: (await visibleMembers(request, image)).map(toMemberView), schema: '/v2/schemas/members' };
    });

    app.post('/images/:id/members', { ...member, config: { audit: 'image.share' } }, async (request, reply) => {
      const image = await ownImage(deps, request);
      const body = z.object({ member: z.string().min(1).max(255) }).safeParse(request.body);
      if (!body.success || body.data.member.includes('\0')) {
        throw invalid('The body must name a member.', 'Send {"member": "PROJECT"}.');
      }
      assertShared(image);
      assertWithin('members', (await images.members(image.id)).length + 1);
      return reply.code(200).send(toMemberView(await images.addMember(image.id, body.data.member)));
    });

    app.get('/images/:id/members/:member', async (request) => {
      const image = await visibleImage(deps, request);
      const { member: id } = request.params as { member: string };
      const found = (await visibleMembers(request, image)).find(({ memberId }) => memberId === id);
      if (!found || image.visibility !== 'shared') throw noSuchMember();
      return toMemberView(found);
    });

    app.put('/images/:id/members/:member', { ...member, config: { audit: 'image.answer-share' } }, async (request) => {
      const image = await visibleImage(deps, request);
      const viewer = toViewer(request);
      const { member: id } = request.params as { member: string };
      const wrongStatus = () =>
        invalid('The body must have a status.', `Send {"status": ...}, one of ${memberStatuses.join(', ')}.`);
      const body = z.object({ status: z.string() }).safeParse(request.body);
      if (!body.success) throw wrongStatus();
      assertShared(image);
      if (!(await visibleMembers(request, image)).some(({ memberId }) => memberId === id)) throw noSuchMember();
      if (viewer.role !== 'admin' && id !== viewer.projectId) {
        throw makeForbiddenError(
          'Only the project an image is shared with can accept or decline it.',
          'Ask that project to do it.',
        );
      }
      const status = MemberStatus.safeParse(body.data.status);
      if (!status.success) throw wrongStatus();
      const changed = await images.setMemberStatus(image.id, id, status.data);
      if (!changed) throw noSuchMember();
      return toMemberView(changed);
    });

    app.delete(
      '/images/:id/members/:member',
      { ...member, config: { audit: 'image.unshare' } },
      async (request, reply) => {
        const image = await ownImage(deps, request);
        assertShared(image);
        const { member: id } = request.params as { member: string };
        if (!(await images.removeMember(image.id, id))) throw noSuchMember();
        return reply.code(204).send();
      },
    );
  };
}
