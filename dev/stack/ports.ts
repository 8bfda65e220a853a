import { BootreadyError } from '../../shared/errors.ts';
import { freePortFrom, isPortFree } from './service.ts';
import { Ports } from './state.ts';

const wanted: Ports = Ports.parse({
  api: 8480,
  s3: 7070,
  temporal: 7233,
  temporalUi: 8233,
  postgres: 5480,
  redis: 6380,
});

const meaning: Record<keyof Ports, string> = {
  api: 'the API',
  s3: 'the S3 server',
  temporal: 'Temporal',
  temporalUi: "Temporal's web UI",
  postgres: 'Postgres',
  redis: 'Redis',
  metricsApi: 'the metrics of the API',
  metricsSteps: 'the metrics of the worker for steps',
  metricsQueues: 'the metrics of the worker for queues',
  metricsTemporal: "the metrics of Temporal's SDK",
};

type Choice = { remembered?: Ports | undefined; apiPort?: number | undefined; replaceTaken: boolean };

/**
 * The ports of this start. Remembered ports stay, because clients know them. Only the ports of metrics change if they are taken: a start is worth more.
 * @throws BootreadyError `conflict` when another program has one of them, or the one that was asked for
 */
export async function choosePorts(
  { remembered, apiPort, replaceTaken }: Choice,
  say: (line: string) => void,
): Promise<Ports> {
  const ports = { ...(remembered ?? wanted), ...(apiPort ? { api: apiPort } : {}) };
  for (const name of Object.keys(wanted) as (keyof Ports)[]) {
    const port = ports[name];
    const taken = !(await isPortFree(port)) || Object.entries(ports).some(([other, p]) => other !== name && p === port);
    if (!taken) continue;
    const asked = name === 'api' && apiPort !== undefined;
    if (asked || (remembered && !replaceTaken && !name.startsWith('metrics'))) throw portTaken(name, port, asked);
    ports[name] = await freePortFrom(port + 1, Object.values(ports));
    say(`Port ${port} is taken by another program: ${meaning[name]} gets ${ports[name]}.`);
  }
  return ports;
}

function portTaken(name: keyof Ports, port: number, asked: boolean): BootreadyError {
  return new BootreadyError({
    code: 'conflict',
    message: asked
      ? `Port ${port} is taken by another program.`
      : `Port ${port}, which ${meaning[name]} had at the last start, is taken by another program.`,
    remedy: asked
      ? 'Give another one with --api-port.'
      : `End that program ("ss -ltnp sport = :${port}" names it), or let a free port be chosen: npm start -- --new-ports`,
  });
}
