import { List, ListItem } from '@patternfly/react-core';
import type { RunView } from '../../shared/contracts/api.ts';
import { linkEvidence, linkProvenance, linkReport } from '../api/client.ts';
import { useSpeech } from '../words/language.tsx';

type Props = { imageId: string; hasProvenance: boolean; run: RunView };

/** Documents to keep or pass on: the report, the bill of materials, the signed provenance of a published image. */
export function Documents({ imageId, hasProvenance, run }: Props) {
  const { t, language } = useSpeech();
  const { report } = run;
  if (!report) return null;
  const documents = [
    { word: 'reportPage', url: linkReport(imageId, run.number, 'html', language) },
    { word: 'reportJson', url: linkReport(imageId, run.number, 'json', language) },
    ...(report.sbom
      ? [{ word: 'billOfMaterials', url: linkEvidence(imageId, run.number, 'sbom.cdx.json') } as const]
      : []),
    ...(hasProvenance && run.status === 'published'
      ? [{ word: 'provenance', url: linkProvenance(imageId) } as const]
      : []),
  ] as const;
  return (
    <List isPlain>
      {documents.map(({ word, url }) => (
        <ListItem key={word}>
          {/* Another page of this server, not one of the portal's. */}
          <a href={url} target="_blank" rel="noopener">
            {t(word)}
          </a>
        </ListItem>
      ))}
    </List>
  );
}
