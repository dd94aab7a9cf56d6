import type { Schemas } from '../api/client';

type Centers = Schemas['CentersDto'];
export type Cell = number | string | null;

/** What a prediction wants for a column. */
export interface Input {
  name: string;
  type: 'number' | 'date' | 'category';
  /** Of a category, those that training saw. */
  categories: string[];
}

/** As much of what a prediction replays as says what it wants. */
interface Preprocessing {
  columns?: { name: string; type: Input['type']; categories?: string[]; rare?: string[] }[];
}

/** What a prediction wants, column by column. */
export function inputsOf({ columns, preprocessing }: Centers): Input[] {
  const known = new Map((preprocessing as Preprocessing).columns?.map((column) => [column.name, column]));
  return columns.map((name) => {
    const { type = 'number', categories = [], rare = [] } = known.get(name) ?? {};
    return { name, type, categories: [...categories, ...rare] };
  });
}

/** A row that lies as near as can be to a centre. */
export function rowAt(centers: Centers, cluster: number): Cell[] {
  const values = centers.values[cluster];
  const at = (feature: string) => values[centers.features.indexOf(feature)] ?? 0;
  return inputsOf(centers).map(({ name, type, categories }) => {
    if (type === 'category') {
      const best = categories.toSorted((a, b) => at(`${name}=${b}`) - at(`${name}=${a}`)).at(0);
      return best ?? null;
    }
    if (type === 'date') return new Date(at(name)).toISOString().slice(0, 10);
    return at(name);
  });
}
