import { unreadable } from '../datasets.errors.js';

const MAX_NAME = 255;

/** The names of a table's columns, what the source named itself, and what to tell about it. */
export interface ColumnNames {
  names: string[];
  named: boolean[];
  warnings: string[];
}

/**
 * Names every column once: a nameless one by its position (`c0`, `c1`, ...), a second one of the same name `name_2`.
 *
 * @param count of columns
 * @param given names in the source; undefined when it names none
 */
export function nameColumns(count: number, given?: readonly string[]): ColumnNames {
  const names: string[] = [];
  const warnings: string[] = [];
  const taken = new Set(given?.map((name) => name.trim()));
  const used = new Set<string>();
  for (let column = 0; column < count; column++) {
    const wanted = given?.[column]?.trim() ?? '';
    if (wanted.length > MAX_NAME) {
      throw unreadable(
        'column_name_too_long',
        `The name of column ${column + 1} has ${wanted.length} characters; ${MAX_NAME} at most: "${wanted.slice(0, 40)}…".`,
      );
    }
    if (/\p{Cc}|\p{Surrogate}/u.test(wanted)) {
      throw unreadable(
        'column_name_invalid',
        `The name of column ${column + 1} has control characters or half a character: ${JSON.stringify(wanted)}.`,
      );
    }
    let name = wanted || `c${column}`;
    if (used.has(name) || (!wanted && taken.has(name))) {
      let copy = 2;
      while (taken.has(`${name}_${copy}`)) copy++;
      warnings.push(`Column ${column + 1} is called "${name}_${copy}", since another is called "${name}".`);
      name = `${name}_${copy}`;
      taken.add(name);
    }
    used.add(name);
    names.push(name);
  }
  return { names, named: names.map((_, column) => !given || Boolean(given[column]?.trim())), warnings };
}
