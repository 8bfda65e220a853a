import * as path from 'node:path';
import process from 'node:process';
import * as util from 'node:util';
import { root } from './host.mjs';
import { Problem } from './problem.mjs';

export const help = `npm start -- [options]

Starts bootready with all that it needs on this machine, and shows the main job on a real image: a small Debian cloud image is
built, uploaded as a VMDK, checked, converted, inspected and published. Then it stays up until Ctrl-C.

It installs first, if it is missing (as root; otherwise it tells you what to install):
  Debian packages   QEMU, libguestfs, nbdkit, bubblewrap, Redis and the tools that build the sample image
  npm packages      of the lockfile, with Node 24 and Postgres 18 among them
  Go tools          the Temporal development server and the S3 server versitygw, pinned in dev/tools and built once into
                    ~/.cache/bootready (or BOOTREADY_CACHE_DIR); fit versions in PATH are taken as they are

It starts, all on 127.0.0.1 only:
  Postgres 5480, Redis 6380        the records, and the queues
  Temporal 7233, its UI 8233       the order, retries and history of each run
  S3 server 7070                   buckets "uploads" and "images", tells the API what was uploaded
  API 8480                         HTTP API, events, queue board
  two workers                      one for the steps of runs (QEMU, libguestfs), one for the queues
A port that is taken at the first start is replaced by a free one; after that the ports stay.

Options:
  --no-sample       do not build, upload and publish the sample image
  --data-dir DIR    where data, credentials (stack.json, 0600) and logs are kept; .bootready in the clone by default
  --api-port PORT   another port for the API
  --new-ports       choose free ports instead of those that other programs have taken meanwhile
  --once            end when the sample is published: 0, or 1 when it was not
  --help            this text

The data stays when you stop. To begin again, stop it and remove the data folder.
`;

/** @throws Problem that names what is wrong with the options */
export const readOptions = (args) => {
  const { values } = parse(args);
  const apiPort = values['api-port'] === undefined ? undefined : Number(values['api-port']);
  if (apiPort !== undefined && !(Number.isInteger(apiPort) && apiPort > 0 && apiPort < 65_536)) {
    throw new Problem(`"${values['api-port']}" is not a port.`, 'Give a number from 1 to 65535 after --api-port.');
  }
  return {
    help: values.help,
    sample: !values['no-sample'],
    once: values.once,
    newPorts: values['new-ports'],
    // npm changes into the clone; a path on the command line means where the user is.
    dataDir: values['data-dir']
      ? path.resolve(process.env.INIT_CWD ?? process.cwd(), values['data-dir'])
      : path.join(root, '.bootready'),
    ...(apiPort === undefined ? {} : { apiPort }),
  };
};

const parse = (args) => {
  const flag = { type: 'boolean', default: false };
  try {
    return util.parseArgs({
      args,
      options: {
        help: { ...flag, short: 'h' },
        'no-sample': flag,
        once: flag,
        'new-ports': flag,
        'data-dir': { type: 'string' },
        'api-port': { type: 'string' },
      },
    });
  } catch (error) {
    throw new Problem(error.message.split('. ')[0].replace(/\.?$/, '.'), 'See: npm start -- --help');
  }
};
