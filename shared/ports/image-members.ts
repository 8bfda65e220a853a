import type { MemberStatus } from '../contracts/image.ts';

/** A project that an image is shared with. */
export type ImageMember = {
  imageId: string;
  memberId: string;
  status: MemberStatus;
  createdAt: Date;
  updatedAt: Date;
};

export interface ImageMembers {
  members(imageId: string): Promise<ImageMember[]>;
  /** The project's answers to the images that are shared with it, by image id. One query for a whole page. */
  readAnswers(memberId: string, imageIds: readonly string[]): Promise<ReadonlyMap<string, MemberStatus>>;
  /** @throws BootreadyError `conflict` when it is one already */
  addMember(imageId: string, memberId: string): Promise<ImageMember>;
  /** Undefined when it is no member. */
  setMemberStatus(imageId: string, memberId: string, status: MemberStatus): Promise<ImageMember | undefined>;
  /** False when it was no member. */
  removeMember(imageId: string, memberId: string): Promise<boolean>;
}
