import { type BootreadyError, isBootreadyError } from '../../../shared/errors.ts';
import { withRetries } from '../../../shared/transfer/retry.ts';
import { type AnswerContext, errorOfAnswer, errorOfNetwork, findNetworkCode } from './answers.ts';

/** The ways to send a request to an installation. `once` returns the answer as a stream; the others wait for all of it and try again. */
export type Fetches = Record<'once' | 'patient' | 'patientOnceHeard', (request: Request) => Promise<Response>> & {
  /** Turns an error of the network into our error. */
  unreachable: (error: unknown) => BootreadyError;
};

const patience = { attempts: 4, first: 300, most: 10_000 };
const answerWithinMs = 60_000;

/** All throw BootreadyError for answers that are errors and for a network that fails; when `signal` is aborted, its reason. */
export function createFetches({ url, signal }: { url: string; signal?: AbortSignal | undefined }): Fetches {
  const unreachable = (error: unknown): BootreadyError =>
    errorOfNetwork(url, error, 'Check that the API of bootready runs there and that the address is correct.');
  const orUnreachable = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      throw unreachable(error);
    }
  };

  const once = async (request: Request, ...signals: AbortSignal[]): Promise<Response> => {
    const all = [request.signal, ...signals, ...(signal ? [signal] : [])];
    const response = await orUnreachable(() => fetch(request.clone(), { signal: AbortSignal.any(all) }));
    if (response.ok) return response;
    throw errorOfAnswer(url, response.status, response.headers, await orUnreachable(() => response.text()));
  };

  const whole = async (request: Request): Promise<Response> => {
    const response = await once(request, AbortSignal.timeout(answerWithinMs));
    const { status, headers } = response;
    return new Response(response.body && (await orUnreachable(() => response.arrayBuffer())), { status, headers });
  };

  /** @param isSafe whether doing it twice is doing it once: only then is it repeated after an answer that got lost */
  const patiently = (isSafe: boolean) => (request: Request) =>
    withRetries(() => whole(request), {
      ...patience,
      signal,
      mayPass: (error) => {
        if (!isBootreadyError(error) || !error.retryable) return false;
        if ((error.context as AnswerContext).status !== undefined) return true;
        // Nothing was sent when nobody listened.
        return isSafe || findNetworkCode(error.cause) === 'ECONNREFUSED';
      },
      askedFor: (error) => (isBootreadyError(error) ? (error.context as AnswerContext).retryAfter : undefined),
    });

  return {
    once: (request) => once(request),
    patient: patiently(true),
    patientOnceHeard: patiently(false),
    unreachable,
  };
}
