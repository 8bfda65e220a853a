import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { CreateRepair, ImageDetail, RemedyList } from '../../shared/contracts/api.ts';
import type { Report } from '../../shared/contracts/run.ts';
import { BootreadyError } from '../../shared/errors.ts';
import type { Image } from '../../shared/ports/image.ts';
import { type Remedy, type RepairMeans, whyUnavailable } from '../../shared/remedies/define.ts';
import { findRemedy, remedies, remediesFor } from '../../shared/remedies/remedies.ts';
import type { ApiDeps } from '../deps.ts';
import { readLanguage } from '../http/language.ts';
import { atLeast } from '../identity/identity.ts';
import { startOrder } from '../start-order.ts';
import { ownImage, readDetail } from './image-access.ts';

const ById = z.object({ id: z.string() });

/** Repairs of an image: the remedies that could fix it, and the order to make a new image with them. */
export function repairRoutes(deps: ApiDeps): FastifyPluginAsyncZod {
  return async (app) => {
    const { config, images, repairs, startRepair, store } = deps;
    const means: RepairMeans = { virtioWin: config.VIRTIO_WIN !== undefined };

    app.get(
      '/images/:id/repairs',
      {
        schema: {
          operationId: 'listRemedies',
          summary: 'Remedies for an image',
          params: ById,
          response: { 200: RemedyList },
        },
      },
      async (request) => {
        const language = readLanguage(request);
        const report = await readReport(deps, await ownImage(deps, request));
        const troubled = new Set(
          (report?.findings ?? [])
            .filter(({ outcome }) => outcome === 'fail' || outcome === 'warn')
            .map(({ code }) => code),
        );
        return {
          remedies: remedies
            .filter(({ appliesTo }) => appliesTo(report?.guest ?? {}))
            .map((remedy) => {
              const unavailable = whyUnavailable(remedy, means)?.[language];
              return {
                code: remedy.code,
                title: remedy.title[language],
                plan: remedy.plan[language],
                answers: remedy.answers.filter((answer) => troubled.has(answer)),
                ...(unavailable ? { unavailable } : {}),
              };
            }),
        };
      },
    );

    app.post(
      '/images/:id/repairs',
      {
        onRequest: atLeast('member'),
        config: { audit: 'image.repair' },
        schema: {
          operationId: 'createRepair',
          summary: 'Create a repaired copy of this image',
          params: ById,
          body: CreateRepair.nullish(),
          refuses: ['conflict'],
          response: { 202: ImageDetail },
        },
      },
      async (request, reply) => {
        const parent = await ownImage(deps, request);
        const { remedies: asked, name, settings = {} } = request.body ?? {};
        const report = await readReport(deps, parent);
        if (!report?.guest) throw notExamined();
        const chosen = asked
          ? asked.map((code) => findApplicableRemedy(code, report, means))
          : remediesFor(report.findings, report.guest, means);
        if (chosen.length === 0) throw makeNothingToRepairError();
        const { bucket, key } = (await images.publication(parent.id)) ?? parent.upload;
        if (!(await store.head(bucket, key))) throw noBytes();
        const image = await repairs.create({
          parent,
          name: name ?? `${parent.name.slice(0, 240)} (repaired)`,
          settings: { ...parent.settings, ...settings },
          bucket: config.UPLOADS_BUCKET,
          // In the order in which they are done, each once.
          remedies: remedies.filter((remedy) => chosen.includes(remedy)).map(({ code }) => code),
          before: report.findings,
          guest: report.guest,
        });
        await startOrder(startRepair, { ...image, imageId: image.id }, request.log);
        return reply.code(202).send(await readDetail(deps, request, reply, image.id));
      },
    );
  };
}

/** The report of the newest run that has one. */
async function readReport({ images }: ApiDeps, image: Image): Promise<Report | null> {
  return (await images.run(image.id, 'reported'))?.report ?? null;
}

/** @throws `invalid-input`, `conflict` */
function findApplicableRemedy(code: string, report: Report, means: RepairMeans): Remedy {
  const remedy = findRemedy(code);
  if (!remedy) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `There is no remedy "${code.slice(0, 100)}".`,
      remedy: `There are: ${remedies.map((each) => each.code).join(', ')}.`,
    });
  }
  if (!remedy.appliesTo(report.guest ?? {})) {
    throw new BootreadyError({
      code: 'invalid-input',
      message: `The remedy "${code}" does not apply to the system in this image. It is for: ${remedy.systems.en}.`,
      remedy: 'GET /v1/images/{id}/repairs lists the remedies that apply ("bootready repair ID --list").',
    });
  }
  const unavailable = whyUnavailable(remedy, means);
  if (!unavailable) return remedy;
  throw new BootreadyError({
    code: 'conflict',
    message: `The remedy "${code}" cannot be done here.`,
    remedy: unavailable.en,
  });
}

function notExamined(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'The system in this image is unknown: no run has inspected it.',
    remedy: 'Wait until its run ends. An image whose file was refused cannot be repaired.',
  });
}

function makeNothingToRepairError(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'No remedy fixes a finding of this image.',
    remedy: 'To apply remedies anyway, name them ("bootready repair ID --remedy NAME").',
  });
}

function noBytes(): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: 'The data of this image no longer exists.',
    remedy: 'Upload it again, and repair the new image.',
  });
}
