import { QueryFailedError } from 'typeorm';

/** Whether the database refused a row because another that it names does not exist, or still names this one. */
export function isForeignKeyViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23503', constraint);
}

/** Whether the database refused a row because its key is taken. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  return violates(error, '23505', constraint);
}

function violates(error: unknown, sqlState: string, constraint: string | undefined): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { code, constraint: violated } = error.driverError as Error & { code?: string; constraint?: string };
  return code === sqlState && (constraint === undefined || constraint === violated);
}
