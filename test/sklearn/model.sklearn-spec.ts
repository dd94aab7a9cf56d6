import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Centers } from '../../src/centers/centers.entity.js';
import { toNpy } from '../../src/centers/npy-export.js';
import { toSklearn } from '../../src/centers/sklearn-export.js';
import { KMeansService } from '../../src/ml/kmeans.service.js';
import { parseDate } from '../../src/ml/preparation/dates.js';
import { fitPreparation, invertPreparation, prepareRows } from '../../src/ml/preparation/preparation.js';
import type { Cell, PreparationOptions } from '../../src/ml/preparation/types.js';
import type { Metric } from '../../src/ml/types.js';
import { readTable } from '../support/golden.js';

/** Debian's, which finds Debian's scikit-learn. */
const PYTHON = process.env.PYTHON ?? '/usr/bin/python3';
const ASK = `
import json, runpy, sys, warnings
import numpy as np
warnings.simplefilter("error")
loaded = runpy.run_path(sys.argv[1])
model = loaded["model"]
with open(sys.argv[2]) as file:
    rows = json.load(file)
words = any(isinstance(cell, (str, bool)) for row in rows for cell in row)
X = np.array(rows, dtype=object if words else np.float64)
shuffled = None
try:
    import pandas
    shuffled = model.predict(pandas.DataFrame(X, columns=loaded["COLUMNS"])[loaded["COLUMNS"][::-1]]).tolist()
except ImportError:
    pass
refused = []
for bad in (X[0], X[:, 1:], np.full_like(X[:1], np.inf, dtype=np.float64)):
    try:
        model.predict(bad)
    except ValueError:
        refused.append(True)
values = np.load(sys.argv[3])
json.dump({
    "labels": model.predict(X).tolist(),
    "distances": model.transform(X).tolist(),
    "values": values.tolist(),
    "same": bool((values == loaded["VALUES"]).all()),
    "shuffled": shuffled,
    "refused": len(refused),
    "name": loaded["NAME"],
}, sys.stdout)
`;

interface Answer {
  labels: number[];
  distances: number[][];
  values: number[][];
  same: boolean;
  shuffled: number[] | null;
  refused: number;
  name: string;
}

const NAME = 'Tricky """ \' \\ \n name é 😀';

describe('A model exported for scikit-learn', () => {
  const engine = new KMeansService();
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'centroid-sklearn-'));
    writeFileSync(join(folder, 'ask.py'), ASK);
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await engine.close();
  });

  function ask(centers: Centers, rows: Cell[][]): Answer {
    const [model, data, values] = ['model.py', 'rows.json', 'values.npy'].map((name) => join(folder, name));
    writeFileSync(model, toSklearn(centers));
    writeFileSync(data, JSON.stringify(rows));
    writeFileSync(values, toNpy(centers.values, centers.preparation.features.length));
    const answer = execFileSync(PYTHON, [join(folder, 'ask.py'), model, data, values], { maxBuffer: 2 ** 28 });
    return JSON.parse(answer.toString()) as Answer;
  }

  type Columns = Parameters<typeof fitPreparation>[0];
  async function train(columns: Columns, k: number, metric: Metric, options: PreparationOptions): Promise<Centers> {
    const { preparation, matrix } = fitPreparation(columns, options);
    const fit = await engine.fit(matrix, { k, metric, seed: 5 });
    const { data } = invertPreparation(preparation, { data: fit.centers, rows: k, columns: fit.columns });
    return Object.assign(new Centers(), {
      name: NAME,
      version: 1,
      k,
      columns: columns.map(({ name }) => name),
      values: Float64Array.from(data),
      trained: fit.centers,
      metric,
      preparation,
      clusterNames: Array.from({ length: k }, (_, i) => (i === 0 ? NAME : null)),
      datasetSha256: null,
    });
  }

  async function compare(centers: Centers, rows: Cell[][]): Promise<Answer> {
    const matrix = prepareRows(centers.preparation, rows);
    const centres = { data: centers.trained, rows: centers.k, columns: matrix.columns };
    const { labels } = await engine.predict(matrix, centres, { metric: centers.metric });
    const distances = await engine.transform(matrix, centres, { metric: centers.metric });
    const answer = ask(centers, rows);
    expect(answer.labels).toEqual([...labels]);
    expect(answer.distances.flat()).toEqual([...distances]);
    expect(answer.values.flat()).toEqual([...centers.values]);
    expect(answer).toMatchObject({ same: true, refused: 3, name: NAME });
    if (answer.shuffled) expect(answer.shuffled).toEqual([...labels]);
    return answer;
  }

  it.each<[string, number, Metric, PreparationOptions]>([
    ['iris.csv', 3, 'euclidean', {}],
    ['wine.csv', 5, 'euclidean', { scaling: 'min-max' }],
    ['wine.csv', 3, 'euclidean', { scaling: 'robust', columnWeights: { alcohol: 1 / 3 } }],
    ['digits.csv', 10, 'euclidean', { scaling: 'none' }],
    ['digits.csv', 10, 'cosine', { scaling: 'none' }],
    ['iris.csv', 1, 'euclidean', { missing: 'zero' }],
  ])(
    'gives the labels and distances of the service, to the bit: %s, k %i, %s, %j',
    async (file, k, metric, options) => {
      const { columns, matrix } = readTable(file);
      const rows = Array.from({ length: matrix.rows }, (_, i) => columns.map(({ values }) => values[i]));
      await compare(await train(columns, k, metric, options), rows);
    },
  );

  it('decides near ties far from the origin as the service does', async () => {
    const values = Float64Array.from({ length: 600 }, (_, i) => 1e8 + (i % 30) / 8);
    const columns = ['a', 'b', 'c'].map((name, j) => ({
      name,
      type: 'number' as const,
      values: values.map((value, i) => value + ((i * (j + 3)) % 7) / 16),
    }));
    const rows = Array.from(values, (_, i) => columns.map((column) => column.values[i] + 1 / 32));
    await compare(await train(columns, 12, 'euclidean', { scaling: 'none' }), rows);
  });

  it('fills in missing values as the service does', async () => {
    const { columns, matrix } = readTable('wine.csv');
    const gaps = columns.map((column, j) => ({
      ...column,
      values: column.values.map((value, i) => ((i + j) % 11 === 0 ? NaN : value)),
    }));
    const rows = Array.from({ length: matrix.rows }, (_, i) =>
      gaps.map(({ values }) => (Number.isNaN(values[i]) ? null : values[i])),
    );
    await compare(await train(gaps, 4, 'euclidean', { missing: 'median' }), rows);
  });

  it('takes words, dates and logarithms as the service does', async () => {
    const table = readTable('wine.csv');
    const [first, second] = table.columns;
    const count = table.matrix.rows;
    const words = ['red', 'rosé', 'it\'s "white"', '7', 'x', 'y'];
    const word = Array.from({ length: count }, (_, i) => (i % 29 === 0 ? null : words[i < 3 ? 3 + i : i % 3]));
    const day = Array.from({ length: count }, (_, i) =>
      i % 31 === 0 ? null : `${1 + (i % 28)}.${1 + (i % 12)}.20${10 + (i % 9)}`,
    );
    const columns: Columns = [
      { ...first, values: first.values.map((value, i) => value * 10 ** ((i % 9) - 4)) },
      second,
      {
        name: 'word',
        type: 'category',
        dictionary: words,
        values: Float64Array.from(word, (value) => (value === null ? NaN : words.indexOf(value))),
      },
      {
        name: 'day',
        type: 'date',
        order: 'day-first',
        values: Float64Array.from(day, (value) => (value === null ? NaN : (parseDate(value, 'day-first') ?? NaN))),
      },
    ];
    const options: PreparationOptions = {
      missing: 'median',
      logColumns: [first.name],
      columnWeights: { word: 1 / 3 },
      rareShare: 0.02,
    };
    const centers = await train(columns, 4, 'euclidean', options);
    expect(centers.preparation.features).toHaveLength(7);
    const rows = Array.from({ length: count }, (_, i): Cell[] => [
      columns[0].values[i],
      second.values[i],
      word[i],
      day[i],
    ]);
    await compare(centers, [...rows, [1, 2, 'unheard of', '29.2.2024'], [1e-300, 2, 7, 1_700_000_000_000]]);
  });

  it('takes a boolean for the word that the service reads', async () => {
    const values = Float64Array.from({ length: 40 }, (_, i) => i % 2);
    const columns: Columns = [
      { name: 'x', type: 'number', values },
      { name: 'flag', type: 'category', dictionary: ['false', 'true'], values },
    ];
    const centers = await train(columns, 2, 'euclidean', {});
    const rows = (flagOf: (flag: boolean) => unknown) => [false, true].map((flag) => [1, flagOf(flag)] as Cell[]);
    const { labels, distances } = await compare(centers, rows(String));
    expect(ask(centers, rows(Boolean))).toMatchObject({ labels, distances });
  });
});
