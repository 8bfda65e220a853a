import { Button, ExpandableSection } from '@patternfly/react-core';
import { useState } from 'react';
import type { ImageDetail, Self } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import { Command } from './command.tsx';

type Props = { image: ImageDetail; self: Self };

/** The operator's address for this image. In one pass: a name may look like a placeholder. */
function fillIn(template: string, { id, name }: Pick<ImageDetail, 'id' | 'name'>): string {
  const values: Readonly<Record<string, string>> = { id, name };
  return template.replaceAll(/\{(id|name)\}/g, (_whole, key: string) => encodeURIComponent(values[key] ?? ''));
}

/** The way to an instance: the cloud's own page if the operator has named it, else command lines. */
export function LaunchLink({ image, self }: Props) {
  const { t } = useSpeech();
  if (!self.launchUrl) return null;
  return (
    <Button component="a" href={fillIn(self.launchUrl, image)}>
      {t('launch')}
    </Button>
  );
}

export function LaunchCommands({ image, self }: Props) {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  if (self.launchUrl) return null;
  const format = image.diskFormat ?? 'raw';
  const commands = [
    { tool: 'OpenStack', run: `openstack server create --image ${image.id} --flavor FLAVOR --network NETWORK NAME` },
    {
      tool: 'virt-install',
      run: `virt-install --import --name NAME --memory ${Math.max(image.minRam, 2048)} --disk path=FILE,format=${format} --osinfo detect=on,require=off --cloud-init`,
    },
  ];
  return (
    <ExpandableSection toggleText={t('launchByCommand')} isExpanded={isOpen} onToggle={(_event, open) => setOpen(open)}>
      <div className="stacked">
        {commands.map(({ tool, run }) => (
          <div key={tool} className="finding-command">
            <span className="quiet">{tool}</span>
            <Command run={run} copyLabel={t('copyWhat', { what: tool })} />
          </div>
        ))}
      </div>
    </ExpandableSection>
  );
}
