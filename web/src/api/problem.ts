/** An error of the service, as its problem says it (RFC 9457). */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly fields: { path: string; message: string }[] = [],
    readonly retryAfterSeconds?: number,
  ) {
    super(detail);
  }
}

/** The browser is offline, or the service does not answer. */
export class OfflineError extends Error {
  constructor() {
    super('The service does not answer. Check that it runs and that you are online; nothing you entered is lost.');
  }
}

/** Reads what a failed response says, whatever its form. */
export async function toProblem(response: Response): Promise<ProblemError> {
  const body = (await response.json().catch(() => undefined)) as
    { code?: string; detail?: string; errors?: { path: string; message: string }[] } | undefined;
  const retry = Number(response.headers.get('Retry-After'));
  return new ProblemError(
    response.status,
    body?.code ?? `http.${response.status}`,
    body?.detail ?? `The service answered ${response.status}.`,
    body?.errors,
    Number.isFinite(retry) && retry > 0 ? retry : undefined,
  );
}
