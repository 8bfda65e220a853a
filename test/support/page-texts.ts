/// <reference lib="dom" />
import type { Page } from 'playwright-core';
import { findEnglish } from './english.ts';

/** Every text of a page that a reader sees or hears: between tags, and in the attributes that screen readers and tips use. */
function readTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const kept = 'code, pre, script, style, svg, [lang="en"], [translate="no"]';
    const texts = new Set<string>();
    for (const element of document.querySelectorAll('body *')) {
      if (element.closest(kept)) continue;
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) texts.add(element.getAttribute(name) ?? '');
      if (![...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim()))
        continue;
      const copy = element.cloneNode(true) as Element;
      for (const each of copy.querySelectorAll(kept)) each.remove();
      texts.add(copy.textContent ?? '');
    }
    return [...texts].map((text) => text.replace(/\s+/g, ' ').trim()).filter(Boolean);
  });
}

/** The texts that are not German, with the reason. */
export async function findEnglishOn(page: Page): Promise<string[]> {
  return (await readTexts(page)).flatMap((text) => findEnglish(text) ?? []);
}
