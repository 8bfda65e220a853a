import { ExpandableSection, Label, List, ListItem } from '@patternfly/react-core';
import { CheckCircleIcon } from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import { ExclamationCircleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import { ExclamationTriangleIcon } from '@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon';
import { OutlinedQuestionCircleIcon } from '@patternfly/react-icons/dist/esm/icons/outlined-question-circle-icon';
import { useState } from 'react';
import { worstFirst } from '../../shared/checks/worst-first.ts';
import type { FindingView, RunView } from '../../shared/contracts/api.ts';
import { useSpeech } from '../words/language.tsx';
import { areaOf } from './check-areas.ts';
import { Command } from './command.tsx';
import { toFindingId } from './finding-id.ts';

const looks = {
  fail: { color: 'red', icon: <ExclamationCircleIcon />, word: 'outcomeFail' },
  warn: { color: 'yellow', icon: <ExclamationTriangleIcon />, word: 'outcomeWarn' },
  unknown: { color: 'grey', icon: <OutlinedQuestionCircleIcon />, word: 'outcomeUnknown' },
  pass: { color: 'green', icon: <CheckCircleIcon />, word: 'outcomePass' },
} as const satisfies Record<FindingView['outcome'], object>;

/** The findings, the worst first; passed checks are folded. Those that the head of the page tells are left out. */
export function Findings({ run, told }: { run: RunView; told: readonly FindingView[] }) {
  const { t } = useSpeech();
  const [isOpen, setOpen] = useState(false);
  if (run.findings.length === 0) return <p className="quiet">{t('checksNone')}</p>;
  const passed = run.findings.filter(({ outcome }) => outcome === 'pass');
  const others = worstFirst
    .flatMap((outcome) => run.findings.filter((finding) => finding.outcome === outcome))
    .filter((finding) => !told.includes(finding));
  return (
    <div className="stacked">
      <FindingList findings={others} />
      {passed.length > 0 && (
        <ExpandableSection
          toggleText={t('passedChecks', { count: passed.length })}
          isExpanded={isOpen}
          onToggle={(_event, open) => setOpen(open)}
        >
          <div className="stacked">
            {[...new Set(passed.map(areaOf))].map((area) => (
              <section key={area} aria-label={t(area)}>
                <h3>{t(area)}</h3>
                <List isPlain className="passed">
                  {passed
                    .filter((each) => areaOf(each) === area)
                    .map(({ code, title }, index) => (
                      <ListItem
                        // biome-ignore lint/suspicious/noArrayIndexKey: a code may be found twice, and the list is written once
                        key={`${code}-${index}`}
                        icon={<CheckCircleIcon className="good" aria-label={t('outcomePass')} />}
                      >
                        <span className="guest-text">{title}</span>
                      </ListItem>
                    ))}
                </List>
              </section>
            ))}
          </div>
        </ExpandableSection>
      )}
    </div>
  );
}

export function FindingList({ findings }: { findings: readonly FindingView[] }) {
  if (findings.length === 0) return null;
  return (
    <ul className="findings">
      {findings.map((finding, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a code may be found twice, and the list is written once
        <Entry key={`${finding.code}-${index}`} finding={finding} />
      ))}
    </ul>
  );
}

function Entry({ finding }: { finding: FindingView }) {
  const { t } = useSpeech();
  const { color, icon, word } = looks[finding.outcome];
  return (
    <li className="finding" id={toFindingId(finding)}>
      <div className="finding-head">
        <h3 className="guest-text">{finding.title}</h3>
        <Label color={color} icon={icon} variant="outline" isCompact>
          {t(word)}
        </Label>
      </div>
      {finding.problem && <p className="guest-text">{finding.problem}</p>}
      {finding.remedy && <p className="guest-text">{finding.remedy}</p>}
      {(finding.commands ?? []).map(({ on, run }) => (
        <div key={`${on}${run}`} className="finding-command">
          {on !== 'any' && <span className="quiet">{t('commandsOn', { system: systems[on] })}</span>}
          <Command run={run} copyLabel={t('copy')} />
        </div>
      ))}
    </li>
  );
}

const systems = {
  debian: 'Debian, Ubuntu',
  rhel: 'RHEL, Rocky, Alma, Fedora',
  suse: 'SUSE',
  alpine: 'Alpine',
  windows: 'Windows',
} as const;
