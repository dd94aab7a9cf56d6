/** A table that comes with the page. */
export interface Sample {
  /** As a file is called. */
  name: string;
  title: string;
  about: string;
  /** The column that says what a row is: not trained on. */
  classColumn: string;
  /** Address of a small picture of it. */
  picture: string;
  load: () => Promise<File>;
}

const TABLES = import.meta.glob<string>('./tables/*.csv', { eager: true, query: '?url', import: 'default' });
const PICTURES = import.meta.glob<string>('./pictures/*.svg', { eager: true, query: '?url', import: 'default' });

export const SAMPLES: readonly Sample[] = [
  { id: 'iris', title: 'Irises', about: '150 flowers of three species, 4 measures', classColumn: 'species' },
  { id: 'wine', title: 'Wine', about: '178 wines of three cultivars, 13 measures', classColumn: 'cultivar' },
  { id: 'digits', title: 'Digits', about: '1,797 handwritten digits, 64 pixels', classColumn: 'digit' },
].map(({ id, ...sample }) => {
  const name = `${id}.csv`;
  return {
    ...sample,
    name,
    picture: PICTURES[`./pictures/${id}.svg`],
    load: async () => new File([await (await fetch(TABLES[`./tables/${name}`])).blob()], name, { type: 'text/csv' }),
  };
});

/** The column of a table that only says what a row is, where it is one of those that come with the page. */
export function classColumnOf(name: string): string | undefined {
  return SAMPLES.find((sample) => sample.name === name)?.classColumn;
}
