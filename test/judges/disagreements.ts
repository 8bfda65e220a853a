/** Where a judge and bootready disagree, and why. The suite fails if a disagreement is missing here, and if a listed one no longer exists. */
export type Disagreement = {
  image: string;
  judge: string;
  about: string;
  ours: string;
  theirs: string;
  reason: string;
};

export const disagreements: readonly Disagreement[] = [];
