/** Who made a release, of what: an in-toto Statement v1 with SLSA's provenance predicate v1. https://slsa.dev/spec/v1.0/provenance */

export const buildType = 'urn:bootready:release:v1';

export type Released = { name: string; sha256: string };

/** @param keyId names the builder, because the owner of the key is the builder; without one nobody is named */
export function makeReleaseStatement(
  files: readonly Released[],
  {
    version,
    commit,
    sources,
    image,
    keyId,
  }: {
    version: string;
    commit: string;
    sources: readonly Released[];
    image?: string | undefined;
    keyId?: string | undefined;
  },
): object {
  return {
    _type: 'https://in-toto.io/Statement/v1',
    subject: [
      ...files.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
      ...(image ? [{ name: `bootready:${version}`, digest: { sha256: image.replace('sha256:', '') } }] : []),
    ],
    predicateType: 'https://slsa.dev/provenance/v1',
    predicate: {
      buildDefinition: {
        buildType,
        externalParameters: { version, commit },
        resolvedDependencies: [
          { name: 'sources', digest: { gitCommit: commit } },
          ...sources.map(({ name, sha256 }) => ({ name, digest: { sha256 } })),
        ],
      },
      // No times: the same commit gives the same statement.
      runDetails: { builder: { id: `urn:bootready:key:${keyId ?? 'none'}` } },
    },
  };
}
