/** A table that comes with the page. */
export interface Sample {
  name: string;
  title: string;
  about: string;
  /** Address of a small picture of it. */
  picture: string;
  load: () => Promise<File>;
}

function sample(name: string, title: string, about: string, url: string, picture: string): Sample {
  return {
    name,
    title,
    about,
    picture,
    load: async () => new File([await (await fetch(url)).blob()], name, { type: 'text/csv' }),
  };
}

export const SAMPLES: readonly Sample[] = [
  sample(
    'iris.csv',
    'Irises',
    '150 flowers of three species, 4 measures',
    new URL('./tables/iris.csv', import.meta.url).href,
    new URL('./pictures/iris.svg', import.meta.url).href,
  ),
  sample(
    'wine.csv',
    'Wine',
    '178 wines of three cultivars, 13 measures',
    new URL('./tables/wine.csv', import.meta.url).href,
    new URL('./pictures/wine.svg', import.meta.url).href,
  ),
  sample(
    'digits.csv',
    'Digits',
    '1,797 handwritten digits, 64 pixels',
    new URL('./tables/digits.csv', import.meta.url).href,
    new URL('./pictures/digits.svg', import.meta.url).href,
  ),
];

/** Columns of the built-in tables that say what a row is: not trained on. */
export const CLASS_COLUMNS: Readonly<Record<string, string>> = {
  'iris.csv': 'species',
  'wine.csv': 'cultivar',
  'digits.csv': 'digit',
};
