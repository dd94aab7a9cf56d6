import type { FittedPreparation, TableColumn } from '../../src/ml/preparation/types.js';

/** Columns of a table that is to be prepared, from values at hand. */

export const column = (name: string, values: number[]): TableColumn => ({
  name,
  type: 'number',
  values: Float64Array.from(values),
});
export const throughJson = (preparation: FittedPreparation): FittedPreparation =>
  JSON.parse(JSON.stringify(preparation)) as FittedPreparation;
export const date = (name: string, values: number[]): TableColumn => ({
  name,
  type: 'date',
  order: 'day-first',
  values: Float64Array.from(values),
});
export const words = (name: string, values: (string | null)[]): TableColumn => {
  const dictionary = [...new Set(values.filter((value) => value !== null))];
  const codes = values.map((value) => (value === null ? NaN : dictionary.indexOf(value)));
  return { name, type: 'category', dictionary, values: Float64Array.from(codes) };
};
export const listed = (values: ArrayLike<number>): number[] => Array.from(values);
