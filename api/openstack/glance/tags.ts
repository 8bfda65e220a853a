import type { FastifyPluginAsync } from 'fastify';
import { BootreadyError } from '../../../shared/errors.ts';
import { assertWithin } from '../../../shared/limits/request-limits.ts';
import type { Image } from '../../../shared/ports/image.ts';
import type { ApiDeps } from '../../deps.ts';
import { atLeast } from '../../identity/identity.ts';
import { Tag } from '../../images/image-attributes.ts';
import { ownImage } from './access.ts';

/** One tag at a time. */
export function tagRoutes(deps: ApiDeps): FastifyPluginAsync {
  return async (app) => {
    const { images } = deps;
    const member = { onRequest: atLeast('member') };

    app.put('/images/:id/tags/:tag', { ...member, config: { audit: 'image.tag' } }, async (request, reply) => {
      const { id } = await ownImage(deps, request);
      const tag = Tag.safeParse((request.params as { tag: string }).tag);
      if (!tag.success) {
        throw new BootreadyError({
          code: 'invalid-input',
          message: 'A tag can have at most 255 characters.',
          remedy: 'Choose a shorter one.',
        });
      }
      await images.change(id, ({ tags }: Image) => {
        const all = [...new Set([...tags, tag.data])];
        assertWithin('tags', all.length);
        return { tags: all };
      });
      return reply.code(204).send();
    });

    app.delete('/images/:id/tags/:tag', { ...member, config: { audit: 'image.untag' } }, async (request, reply) => {
      const { id } = await ownImage(deps, request);
      const { tag } = request.params as { tag: string };
      await images.change(id, ({ tags }: Image) => {
        if (tags.includes(tag)) return { tags: tags.filter((each) => each !== tag) };
        throw new BootreadyError({ code: 'not-found', message: 'The image does not have this tag.' });
      });
      return reply.code(204).send();
    });
  };
}
