import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { toFindingView } from '../../shared/checks/finding-view.ts';
import { isRejection } from '../../shared/checks/verdict.ts';
import { CheckReport } from '../../shared/contracts/check.ts';
import type { Report } from '../../shared/contracts/run.ts';
import { Report as ReportSchema } from '../../shared/contracts/run.ts';
import { BootreadyError } from '../../shared/errors.ts';
import { reportShownTo } from '../../shared/images/image-fields.ts';
import type { ReportDocument } from '../../shared/report/document.ts';
import { reportHtml } from '../../shared/report/html.ts';
import { reportText } from '../../shared/report/text.ts';
import { readBootResult } from '../../shared/status/boot-result.ts';
import type { ApiDeps } from '../deps.ts';
import { findBaseUrl } from '../http/base-url.ts';
import { readLanguage } from '../http/language.ts';
import { media } from '../http/openapi.ts';
import { inTurn } from '../http/page.ts';
import { findRelation, toViewer } from './access.ts';
import { readApplied } from './applied-settings.ts';

import { findShownRun, usableImage } from './image-access.ts';

const schemas = { 'report.v1.json': ReportSchema, 'check.v1.json': CheckReport } as const;

/** The report of a run as people keep it: a page, a text, or the document that the schema describes. */
export function reportRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    app.get(
      '/schemas/:name',
      {
        schema: {
          operationId: 'getSchema',
          summary: 'JSON Schema (2020-12) of a report',
          params: z.object({ name: z.enum(Object.keys(schemas) as [keyof typeof schemas]) }),
          response: { 200: media('The schema', { 'application/schema+json': z.unknown() }) },
        },
      },
      async (request, reply) =>
        reply.type('application/schema+json').send(z.toJSONSchema(schemas[request.params.name])),
    );

    app.get(
      '/images/:id/runs/:run/report',
      {
        schema: {
          operationId: 'getReport',
          summary: 'Report of a run: JSON, HTML page or text, by Accept or ?as=',
          params: z.object({ id: z.string(), run: z.coerce.number().int().min(1) }),
          querystring: z.object({
            as: z.enum(['json', 'html', 'text']).optional(),
            lang: z.enum(['en', 'de']).optional(),
          }),
          response: {
            200: media('The report', {
              'application/json': ReportSchema,
              'text/html': z.string(),
              'text/plain': z.string(),
            }),
          },
        },
      },
      // A page with its screen has megabytes, and takes a moment to make.
      (request, reply) =>
        inTurn(deps.lists, request, reply, async () => {
          const image = await usableImage(deps, request);
          const run = await findShownRun(deps, request, image, request.params.run);
          const report = run?.report && reportShownTo(findRelation(toViewer(request), image), run.report);
          if (!run || !report) {
            throw new BootreadyError({
              code: 'not-found',
              message: 'This run has no report.',
              remedy: 'A run has a report once its checks are complete. "bootready show" shows its current step.',
            });
          }
          const language = request.query.lang ?? readLanguage(request);
          const as = request.query.as ?? chooseFormat(request.headers.accept);
          if (as === 'json') return reply.type('application/json').send(report);
          const { policy } = await readApplied(deps, image.projectId, image.settings);
          const document: ReportDocument = {
            ...buildDocument(image.name, report, language),
            origin: {
              imageId: image.id,
              run: run.number,
              at: run.finishedAt ?? run.createdAt,
              installation: findBaseUrl(request, deps.config),
            },
            ...(as === 'html' ? await readScreen(deps, report) : {}),
          };
          const render = as === 'html' ? reportHtml : reportText;
          reply.header(
            'content-security-policy',
            "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; sandbox",
          );
          return reply
            .type(as === 'html' ? 'text/html; charset=utf-8' : 'text/plain; charset=utf-8')
            .send(render(document, (finding) => isRejection(finding, policy), language));
        }),
    );
  };
}

function chooseFormat(accept = ''): 'json' | 'html' | 'text' {
  const wanted = accept.split(',').map((each) => each.split(';')[0]?.trim());
  if (wanted.includes('text/html')) return 'html';
  return wanted.includes('text/plain') ? 'text' : 'json';
}

/** A page may be kept without the installation, so the screen is in it; a guest that draws a huge one is shown without. */
const largestScreen = 2 * 1024 ** 2;

async function readScreen({ store }: Pick<ApiDeps, 'store'>, report: Report): Promise<{ screen?: string }> {
  const where = report.boot?.screen;
  const object = where && (await store.head(where.bucket, where.key));
  if (!object || object.size > largestScreen) return {};
  return { screen: (await store.read(object, 0, object.size)).toString('base64') };
}

function buildDocument(title: string, report: Report, language: 'en' | 'de'): ReportDocument {
  return {
    ...report,
    title,
    size: report.upload.size,
    uploadSha256: report.upload.sha256,
    bootResult: readBootResult(report),
    findings: report.findings.map((finding) => toFindingView(finding, language, report.guest)),
  };
}
