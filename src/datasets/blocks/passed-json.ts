/*
 * Tables that are passed on go out as they came in. What a block has no cell for, such as a list or `true`, is kept as JSON
 * behind a mark that no words hold.
 */
const MARK = '\0';

/** @param value of a record; undefined where it has no such field */
export function toPassedJson(value: unknown): string {
  return MARK + (value === undefined ? '' : JSON.stringify(value));
}

/** The JSON, empty where the record has no such field; null where the text is words. */
export function passedJsonOf(text: string): string | null {
  return text.startsWith(MARK) ? text.slice(MARK.length) : null;
}
