import { describeFinding } from '../../../shared/checks/catalogue.ts';
import { isUnsafeToServe } from '../../../shared/checks/verdict.ts';
import { BootreadyError } from '../../../shared/errors.ts';
import { admitForeign } from '../../../shared/formats/admit-foreign.ts';
import { type DiskFormat, describeFormat, diskFormats } from '../../../shared/formats/facts.ts';
import { headBytes } from '../../../shared/formats/format.ts';
import { diskSource, findCompression } from '../../../shared/formats/layers.ts';
import type { ByteSource } from '../../../shared/ports/byte-source.ts';
import type { ForeignDoor } from '../../../shared/ports/foreign.ts';

/** The content that each declared format must have. A format that is missing here holds no disk that anyone could inspect. */
const expected: Readonly<Record<string, DiskFormat>> = Object.fromEntries(
  diskFormats.flatMap((format) => {
    const { glance } = describeFormat(format);
    return glance === undefined ? [] : [[glance, format]];
  }),
);

function makeRefusedError(message: string, remedy: string): BootreadyError {
  return new BootreadyError({ code: 'unsupported-media', message, remedy });
}

/** Formats that may hold anything: nobody probes a raw disk, and the others hold no disk. */
function isOpaque(diskFormat: string): boolean {
  return !(diskFormat in expected) || diskFormat === 'raw';
}

/**
 * An empty body is not an image of any format. But if it is declared raw, Glance accepts it, and "openstack image create" sends it when there is neither a file
 * nor a terminal.
 * @throws BootreadyError `unsupported-media`
 */
export function assertMayBeEmpty(diskFormat: string): void {
  if (isOpaque(diskFormat)) return;
  throw makeRefusedError(
    `There is no image data: an empty file is not a ${diskFormat}.`,
    'Send the image file. To create an image without a file from a script, give "openstack image create" a terminal as input, or omit --disk-format.',
  );
}

/**
 * Decides whether the API may serve bytes under their declared format. Our detector must find that format in them, and no trap. Data that is declared raw may
 * be anything without a format, because nobody probes a raw disk. Returns the size that a guest sees, in bytes.
 * @throws BootreadyError `unsupported-media` that says why not
 */
export async function judgeContent(
  foreign: ForeignDoor,
  source: ByteSource,
  declared: { diskFormat: string; containerFormat: string },
  maxVirtualBytes: number,
): Promise<{ virtualSize: number | null }> {
  const { diskFormat, containerFormat } = declared;
  if (source.size === 0) throw makeRefusedError('There is no image data: the file is empty.', 'Send the image file.');
  const opaque = isOpaque(diskFormat);
  const head = await source.read(0, headBytes);
  if (findCompression(head)) {
    // Nobody decompresses what is declared bare.
    if (opaque || containerFormat === 'compressed') return { virtualSize: null };
    throw makeRefusedError(
      `The file is compressed, so its content is not ${diskFormat}.`,
      'Decompress it, or import it (image-import, glance-direct); the import decompresses it.',
    );
  }
  const admission = await admitForeign(foreign, source, {
    allowIso: true,
    maxVirtualBytes,
    peek: () => Promise.resolve(Buffer.alloc(0)),
  });
  if (admission.layers.at(-1)?.kind === 'pieces') {
    throw makeRefusedError(
      'The disk in the archive is stored without its holes or in chunks, so it cannot be inspected in this form.',
      'Pack it completely (tar without --sparse), or import it (image-import, glance-direct); the import assembles it.',
    );
  }
  if (isUnsafeToServe(admission.findings)) {
    const sentences = admission.findings.flatMap((finding) => {
      if (finding.outcome !== 'fail') return [];
      const { problem = '', remedy = '' } = describeFinding(finding, 'en');
      return [`${problem} ${remedy}`.trim()];
    });
    throw makeRefusedError(`The image data is not safe to store unchanged. ${sentences.join(' ')}`, '');
  }
  const { disk } = admission;
  const inArchive = diskSource(source, admission.layers) !== source;
  if (inArchive && containerFormat === 'bare' && !opaque) {
    throw makeRefusedError(
      'The file is a tar archive and not a bare disk.',
      'Give --container-format ova, or import it.',
    );
  }
  if (!disk) {
    if (opaque) return { virtualSize: diskFormat === 'raw' ? source.size : null };
    throw makeRefusedError(`The file is not ${diskFormat} by its content.`, 'Give the real --disk-format of the file.');
  }
  const wanted = expected[diskFormat];
  if (disk.format === wanted || (inArchive && opaque)) return { virtualSize: disk.virtualSize };
  if (wanted === undefined && disk.format === 'raw') return { virtualSize: null };
  throw makeRefusedError(
    `The file is declared as ${diskFormat}, but is ${disk.format} by its content.`,
    `Create the image with the real --disk-format of the file.`,
  );
}
