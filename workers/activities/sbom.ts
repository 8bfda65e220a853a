import { createHash } from 'node:crypto';
import type { SbomReference } from '../../shared/contracts/run.ts';
import { packagesIn, type Sbom, sbomFile, sbomMediaType, sbomText } from '../../shared/sbom/cyclonedx.ts';
import type { evidenceKeeper } from './evidence.ts';

/** Keeps the bill beside the image; what goes into the report is where it is. */
export async function keepSbom(keep: ReturnType<typeof evidenceKeeper>, sbom: Sbom): Promise<SbomReference> {
  const body = Buffer.from(sbomText(sbom));
  return {
    ...(await keep(sbomFile, sbomMediaType, body)),
    packages: packagesIn(sbom),
    sha256: createHash('sha256').update(body).digest('hex'),
  };
}
