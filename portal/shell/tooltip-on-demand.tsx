import type { TooltipProps } from '@patternfly/react-core';
import { type ComponentType, useEffect, useState } from 'react';

let Loaded: ComponentType<TooltipProps> | undefined;

/** PatternFly's tooltip in its own components, which show it over words that are cut off. Its code comes when such words are on a page. */
export function Tooltip(props: TooltipProps) {
  const [isLoaded, setLoaded] = useState(Loaded !== undefined);
  useEffect(() => {
    if (isLoaded) return;
    void import('@patternfly/react-core/dist/esm/components/Tooltip/Tooltip').then(
      (module) => {
        Loaded = module.Tooltip;
        setLoaded(true);
      },
      // The words are in the title of the page of what they name; without the tooltip they are cut off.
      () => undefined,
    );
  }, [isLoaded]);
  return Loaded ? <Loaded {...props} /> : props.children;
}
