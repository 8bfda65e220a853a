/** Glance's words for an architecture, in those of Debian and of Go, which are the same: simplestreams and OCI images use them. */
const shortNames: Readonly<Record<string, string>> = { x86_64: 'amd64', aarch64: 'arm64' };

export function shortenArchitecture(architecture: string): string {
  return shortNames[architecture] ?? architecture;
}
