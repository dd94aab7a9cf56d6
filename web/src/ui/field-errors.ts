import { ProblemError } from '../api/problem';

interface Form {
  values: object;
  setFieldError: (path: string, message: string) => void;
}

/**
 * Puts what the service says of a field at that field.
 *
 * @returns whether all of it found its place, so that nothing is left to be said elsewhere
 */
export function showAtFields(form: Form, error: unknown): boolean {
  if (!(error instanceof ProblemError) || error.fields.length === 0) return false;
  let all = true;
  for (const { path, message } of error.fields) {
    const [field = path] = path.split('.');
    if (field in form.values) form.setFieldError(field, message);
    else all = false;
  }
  return all;
}
