import { XMLParser } from 'fast-xml-parser';

const parser = new XMLParser({
  // Values stay text: a key may be "007" or "1e3".
  parseTagValue: false,
  trimValues: false,
  isArray: (name) => name === 'Contents',
  // Numeric entities too: servers write an apostrophe as "&#39;".
  htmlEntities: true,
});

export type Listing = {
  objects: { key: string; size: number; etag: string; lastModified: Date }[];
  next: string | undefined;
};

/**
 * An answer of ListObjectsV2 that was asked with `encoding-type=url`. Keys are decoded only where the answer says that they
 * are encoded; the library's own listing decodes always, and so loses keys that hold "%" or "+".
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
 */
export function parseListing(xml: string): Listing {
  const { ListBucketResult: result } = parser.parse(xml) as {
    ListBucketResult?: {
      EncodingType?: string;
      IsTruncated?: string;
      NextContinuationToken?: string;
      Contents?: { Key: string; Size: string; ETag: string; LastModified: string }[];
    };
  };
  if (!result) throw new Error('not a ListBucketResult');
  const decode = (key: string): string =>
    result.EncodingType === 'url' ? decodeURIComponent(key.replaceAll('+', ' ')) : key;
  return {
    objects: (result.Contents ?? []).map(({ Key, Size, ETag, LastModified }) => ({
      key: decode(Key),
      size: Number(Size),
      etag: ETag.replaceAll('"', ''),
      lastModified: new Date(LastModified),
    })),
    next: result.IsTruncated === 'true' ? result.NextContinuationToken : undefined,
  };
}

/** The ETag in an answer of UploadPartCopy. Source: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html */
export function parseCopiedPart(xml: string): string {
  const { CopyPartResult: result } = parser.parse(xml) as { CopyPartResult?: { ETag?: string } };
  // If a copy fails half way, the store still answers 200.
  if (!result?.ETag) throw new Error('not a CopyPartResult');
  return result.ETag.replaceAll('"', '');
}
