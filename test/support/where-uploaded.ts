import type { ImageView } from '../../shared/contracts/api.ts';

/** Where the bytes of an image of one's own were put. Other projects are not told. */
export function whereUploaded({ upload }: Pick<ImageView, 'upload'>): { bucket: string; key: string } {
  const { bucket, key } = upload;
  if (bucket === null || key === null) throw new Error('the image belongs to another project');
  return { bucket, key };
}
