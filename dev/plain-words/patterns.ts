/** A wording that a reader stumbles over, and what to write instead. WRITING.md explains the rules behind the list. */
export type Pattern = { readonly find: RegExp; readonly instead: string };

/** The start of a sentence: where the text begins, after a full stop, a list mark or a cell of a table. */
const start = String.raw`(?:^|[.:!?]\**\s+|\n\s*(?:[-*]|\d+\.)\s+|\|\s*|\n\n)[“"„(*]*`;

/** Lines may break anywhere. */
function allowLineBreaks(source: string): string {
  return source.replaceAll(' ', String.raw`\s+`);
}

function word(source: string, instead: string): Pattern {
  return {
    find: new RegExp(String.raw`(?<![\w-])(?:${allowLineBreaks(source)})(?![\w-])`, 'giu'),
    instead,
  };
}

function matchOpening(source: string, instead: string): Pattern {
  return {
    find: new RegExp(`(?<=${start})(?:${source})`, 'gu'),
    instead,
  };
}

export const patterns: readonly Pattern[] = [
  // How a sentence starts.
  matchOpening('Of (?!course)[^?]', 'start with the subject, not with "Of ..."'),
  matchOpening(
    String.raw`What (?![^.?!]*\?)(?=[^.?!|]*[.;:,]|[a-z ]*$)`,
    'name the thing: "The upload ..." instead of "What ..."',
  ),
  matchOpening(
    String.raw`(?:Whoever|Whom|Whose (?![^.?!]*\?))`,
    'name the actor: "A client that ..." instead of "Whoever ..."',
  ),
  matchOpening(
    'Was (?:[a-zäöü]+ )+[^.?!]*, (?:wird|werden|ist|sind|folgt|bleibt)',
    'Subjekt nennen statt "Was ..., wird ..."',
  ),

  // Words out of use.
  word('anew', 'again'),
  word('mend|mends|mended|mending', 'fix, repair'),
  word('shall', 'must, will, should'),
  word('whoever|whomever', 'anyone who, a client that'),
  word('whereof|thereof|wherein|therein|hereby|whence|thence|hither|lest|nought|naught', 'an everyday word'),
  word('for ever', 'forever'),
  word('alike', 'the same, both'),

  // Phrases that are grammatical, and hard to read.
  word('but for', 'except for, without'),
  word('save for|none but|nothing but', 'except, only'),
  word('(?:is|are|was|were) none', 'does not exist; there is no ...'),
  word('(?:comes?|came) to nothing', 'fails, has no effect'),
  word('stands? for', 'means, represents, replaces'),
  word('stands? (?:in|here|there)', 'is in, is here'),
  word('look(?:s|ed|ing)? into', 'inspect'),
  word('look(?:s|ed|ing)? at', 'check, inspect, read'),
  word('looked for', 'search for'),
  word('t(?:ell|ells|old|elling) of', 'report, announce'),
  word('(?:is|are|was|were|be|been) told', 'reported, informed, shown'),
  word('(?:is|are|was|were) said', 'name who says it, or: reported, shown'),
  word('(?:has|have|had) not (?:the|a|an|any|been there)', 'has no, lacks'),
  word('(?:take|takes|took|taken) for', 'treat as, mistake for'),
  word(
    '(?:is|are|was|were) (?:not )?to be (?:[a-z]+ed|done|found|seen|made|sent|read|kept)',
    'must be, should be, or say who does it',
  ),
  word('(?:is|are) otherwise', 'differs'),
  word('otherwise than', 'different from'),
  word('of one mind', 'agree'),
  word('no matter', 'does not matter'),
  word('as things are', 'now, in this state'),
  word('(?:comes?|came|become|becomes|became) of', 'results from, happens to'),
  word('for so long', 'for this long'),
  word('by so much', 'by this much'),
  word('clear(?:s|ed|ing)? away', 'remove, clean up'),
  word('(?:gives?|gave|given) (?:over|forth)', 'hand over'),
  word('(?:t(?:ake|akes|ook|aken|aking)) up(?! (?:space|room))', 'pick up, use'),
  word('under ?way', 'running, in progress'),
  word('that is there', 'that exists'),
  word('is there already', 'already exists'),
  word('(?:makes?|made) nothing of', 'does not convert'),
  word('in its stead|in the stead of', 'instead'),
  word('has begun|have begun|was begun|were begun|is begun|are begun', 'has started, was started'),
  word('all that is', 'everything, all'),
  word('as it (?:came|comes)', 'unchanged'),
  word('at hand', 'available'),
  word('is no (?:longer )?[a-z]+ (?:that|of|which)', 'is not a ...'),
  word('ought to', 'should'),
  word(
    String.raw`(?<=,)\s+for (?:it|they|he|she|that|what|there|this|these|those|nobody|nothing) (?:is|are|was|has|have|can|may|would|does|do|will|must|only)`,
    'because ...',
  ),
];
