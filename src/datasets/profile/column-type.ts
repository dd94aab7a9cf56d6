import type { ColumnType } from '../dataset-types.js';
import type { DateFindings } from './date-stats.js';

/** What the type of a column is told by. */
export interface TypeEvidence {
  name: string;
  /** False where the file names its columns, but not this one. */
  named: boolean;
  rows: number;
  missing: number;
  distinct: number;
  /** Cells that are numbers, and what they are like. */
  numbers: number;
  whole: boolean;
  /** Whether they count the rows from 0 or 1. */
  counting: boolean;
  /** Whole numbers written with leading zeros. */
  codes: number;
  /** Cells that are text, and what they are like. */
  texts: number;
  /** Where all of them look like dates: what those are, or why that cannot be told. */
  dates: DateFindings | 'either' | 'both' | undefined;
  spaced: boolean;
  meanLength: number;
  /** The first text among numbers. */
  firstText?: { text: string; row: number };
}

const ID_NAME = /^(?:id|uuid|guid|key|index|row_?id)$|[_\s-](?:id|uuid|guid|key)$|[a-z](?:Id|ID|Uuid|UUID)$/i;
const LONG_TEXT = 50;
const FEW_ROWS = 20;
const ORDERS = { 'year-first': '', 'day-first': ', with the day first', 'month-first': ', with the month first' };

/** Decides what a column is, and says why. */
export function decideType(column: TypeEvidence): { type: ColumnType; why: string } {
  const { rows, missing, texts, distinct } = column;
  const present = rows - missing;
  const unique = distinct === present && missing === 0 && rows > 1;
  const idName = ID_NAME.test(column.name);
  if (present === 0) return { type: 'text', why: 'It holds no value at all.' };
  if (texts === 0 && column.codes === 0) {
    if (unique && column.whole && idName) {
      return { type: 'identifier', why: 'Its name says so, and every row has a whole number of its own.' };
    }
    if (unique && !column.named && column.counting) {
      return { type: 'identifier', why: 'It has no name in the file and counts the rows.' };
    }
    return { type: 'number', why: 'Every value is a number.' };
  }
  if (typeof column.dates === 'object' && column.dates.impossible === 0) {
    return { type: 'date', why: `Every value is a date${ORDERS[column.dates.order]}.` };
  }
  const because = reason(column, present);
  if (unique && !column.spaced && column.meanLength <= 64 && (idName || rows >= FEW_ROWS)) {
    return { type: 'identifier', why: `${because}, and every row has one of its own.` };
  }
  if (column.meanLength > LONG_TEXT) {
    return { type: 'text', why: `${because}, ${Math.round(column.meanLength)} characters long on average.` };
  }
  if (present >= FEW_ROWS && distinct > present / 2) {
    return { type: 'text', why: `${because}, and most occur in one row only.` };
  }
  return { type: 'category', why: `${because}, of ${distinct} distinct ones.` };
}

function reason({ numbers, texts, codes, firstText, dates }: TypeEvidence, present: number): string {
  if (texts === 0) return `${codes} of ${present} values are written with leading zeros, as codes are`;
  if (dates === 'either') {
    return 'Nothing tells whether the day or the month comes first in these dates, so they are words';
  }
  if (dates === 'both') {
    return 'The day comes first in some of these dates and the month in others, so they are words';
  }
  if (dates) return `${dates.impossible} of ${present} values are dates that do not exist, so these are words`;
  if (numbers > 0 && firstText) {
    const shown = JSON.stringify(firstText.text.slice(0, 40));
    return `${texts} of ${present} values are no numbers, the first in row ${firstText.row}: ${shown}; so these are words`;
  }
  return 'The values are words';
}
