/** The place of a step's evidence, beside the image and deleted with it: `<project>/<image>/evidence/<run>/<name>`. */
export function evidenceKey(
  { projectId, imageId, runId }: { projectId: string; imageId: string; runId: string },
  name: string,
): string {
  return `${projectId}/${imageId}/evidence/${runId}/${name}`;
}

export const provenanceFile = 'provenance.dsse.json';
