import { LN2_HIGH, LN2_LOW } from '../ml/preparation/logarithm.js';
import type { InputColumn } from '../ml/preparation/types.js';
import type { Centers } from './centers.entity.js';
import { toRows } from './floats.js';

/**
 * Centers as a Python file that defines `model`, a scikit-learn pipeline with the fitted numbers in it; nothing is
 * fitted anew. `model.predict(X)` gives the labels that the service gives, to the last near tie: rows are brought to
 * float64, and the nearest centre is found by the same operations in the same order. (`KMeans.predict` of scikit-learn
 * takes a shorter way that rounds otherwise, so it is overridden.)
 */
export function toSklearn(centers: Centers): string {
  const { preparation, metric } = centers;
  const width = preparation.features.length;
  const names = centers.clusterNames.map((name) => (name === null ? 'None' : JSON.stringify(name)));
  const steps: [name: string, step: string][] = [['columns', 'FunctionTransformer(_to_float64)']];
  const types = preparation.columns.flatMap(typeOf);
  for (const step of preparation.steps) {
    if (step.kind === 'impute') {
      if (step.fill) steps.push(['impute', `SimpleImputer(strategy="mean").fit(np.array([${list(step.fill)}]))`]);
    } else if (step.kind === 'scale') {
      // StandardScaler stands for the others as well: (X - mean_) / scale_ is what each of them is here.
      steps.push(['scale', `_scaler(${list(step.offset)}, ${list(step.scale)})`]);
    } else if (step.kind === 'one-hot') {
      steps.push(['one_hot', `FunctionTransformer(_one_hot, kw_args={"widths": ${list(step.widths)}})`]);
    } else if (step.kind === 'log') {
      const logged = step.features.flatMap((isLogged, j) => (isLogged ? [j] : []));
      steps.push(['log', `FunctionTransformer(_log, kw_args={"columns": ${list(logged)}})`]);
    } else {
      steps.push(['weigh', `FunctionTransformer(_weigh, kw_args={"weights": np.array(${list(step.weights)})})`]);
    }
  }
  if (metric === 'cosine') steps.push(['unit', 'FunctionTransformer(_unit)']);
  const trained = `np.array(${table(toRows(centers.trained, width))}, dtype=np.float64)`;
  steps.push(['kmeans', `NearestCenter(${metric === 'cosine' ? `_unit(${trained})` : trained})`]);
  return `${[
    '# Centers of Centroid as a scikit-learn pipeline.',
    `# model.predict(X) takes a 2-D array in the order of COLUMNS, or a DataFrame that has them.`,
    ...(types.length > 0 ? ['from datetime import datetime, timezone', ''] : []),
    'import numpy as np',
    'from sklearn.cluster import KMeans',
    'from sklearn.impute import SimpleImputer',
    'from sklearn.pipeline import Pipeline',
    'from sklearn.preprocessing import FunctionTransformer, StandardScaler',
    'from sklearn.utils import check_array',
    '',
    `NAME = ${JSON.stringify(centers.name)}`,
    `VERSION = ${centers.version}`,
    `COLUMNS = ${JSON.stringify(centers.columns)}`,
    `FEATURES = ${JSON.stringify(preparation.features)}`,
    ...(types.length > 0 ? ['# What becomes of the columns that are no numbers.', 'TYPES = {', ...types, '}'] : []),
    `CLUSTER_NAMES = [${names.join(', ')}]`,
    `DATASET_SHA256 = ${centers.datasetSha256 === null ? 'None' : JSON.stringify(centers.datasetSha256)}`,
    '# The centres in the units of the data.',
    `VALUES = np.array(${table(toRows(centers.values, width))}, dtype=np.float64)`,
    types.length > 0 ? ENCODED : NUMBERS,
    CODE,
    'model = Pipeline([',
    ...steps.map(([name, step]) => `    ("${name}", ${step}),`),
    '])',
  ].join('\n')}\n`;
}

/** Numbers as both languages read them: the shortest decimals that lead back to the same bits. */
function list(values: ArrayLike<number>): string {
  return JSON.stringify(Array.from(values, (value) => value + 0)).replaceAll(',', ', ');
}

function table(rows: readonly number[][]): string {
  return `[\n    ${rows.map(list).join(',\n    ')},\n]`;
}

/** How a column that is no number is told to Python: the order of its dates, or the code of each category. */
function typeOf(column: InputColumn): string[] {
  if (column.type === 'number') return [];
  if (column.type === 'date') return [`    ${JSON.stringify(column.name)}: ${JSON.stringify(column.order)},`];
  const codes = [
    ...column.categories.map((category, code): [string, number] => [category, code]),
    ...column.rare.map((category): [string, number] => [category, column.categories.length]),
  ];
  const entries = codes.map(([category, code]) => `        ${JSON.stringify(category)}: ${code},`);
  return [`    ${JSON.stringify(column.name)}: {`, ...entries, '    },'];
}

const NUMBERS = `

def _to_float64(X):
    if hasattr(X, "columns"):
        X = X[COLUMNS]
    X = np.asarray(X, dtype=np.float64)`;

const ENCODED = `

def _is_missing(value):
    return value is None or value == "" or value != value


def _word(value):
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    # Numbers are the words that they are spelled with.
    if isinstance(value, (int, float, np.number)):
        return np.format_float_positional(float(value), trim="-")
    return str(value)


def _milliseconds(value, order):
    if isinstance(value, (int, float, np.number)):
        return float(value)
    if isinstance(value, np.datetime64):
        return float(value.astype("datetime64[ms]").astype(np.int64))
    if isinstance(value, str):
        plain = value.replace(".", "/")
        if value[:4].isdigit():
            value = datetime.strptime(plain, "%Y/%m/%d") if plain[4:5] == "/" else datetime.fromisoformat(value)
        else:
            pattern = {"day-first": "%d/%m/%Y", "month-first": "%m/%d/%Y"}[order]
            value = datetime.strptime(plain.replace("-", "/"), pattern)
    if value.tzinfo is None:
        value = value.replace(tzinfo=timezone.utc)
    since = value - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return float((since.days * 86400 + since.seconds) * 1000 + since.microseconds // 1000)


def _encoded(column, name):
    kind = TYPES.get(name)
    if kind is None:
        return column.astype(np.float64)
    if isinstance(kind, str):
        return np.array([np.nan if _is_missing(value) else _milliseconds(value, kind) for value in column])
    return np.array([np.nan if _is_missing(value) else float(kind.get(_word(value), -1)) for value in column])


def _one_hot(X, widths):
    X = check_array(X, dtype=np.float64)
    blocks = []
    for column, width in zip(X.T, widths):
        blocks.append((column[:, None] == np.arange(width)).astype(np.float64) if width else column[:, None])
    return np.hstack(blocks)


def _to_float64(X):
    if hasattr(X, "columns"):
        X = X[COLUMNS].to_numpy(dtype=object)
    X = np.asarray(X, dtype=object)
    if X.ndim == 2 and X.shape[1] == len(COLUMNS):
        X = np.column_stack([_encoded(column, name) for column, name in zip(X.T, COLUMNS)])`;

const CODE = `    if X.ndim != 2 or X.shape[1] != len(COLUMNS):
        raise ValueError(f"X must be a 2-D array of {len(COLUMNS)} columns: {COLUMNS}")
    return X


def _scaler(offset, scale):
    scaler = StandardScaler().fit(np.array([offset], dtype=np.float64))
    scaler.scale_ = np.array(scale, dtype=np.float64)
    scaler.var_ = scaler.scale_**2
    return scaler


def _log(X, columns):
    X = check_array(X, dtype=np.float64, copy=True)
    for j in columns:
        if not (X[:, j] > 0).all():
            raise ValueError(f"{FEATURES[j]}: only numbers above 0 have a logarithm")
        m, exponent = np.frexp(X[:, j])
        low = m < ${Math.SQRT1_2}
        m = np.where(low, 2 * m, m)
        exponent = (exponent - low).astype(np.float64)
        s = (m - 1) / (m + 1)
        rest = np.zeros_like(s)
        for n in range(23, 1, -2):
            rest = (rest + 2 / n) * (s * s)
        X[:, j] = exponent * ${LN2_HIGH} + (s * (2 + rest) + exponent * ${LN2_LOW})
    return X


def _weigh(X, weights):
    return X * weights


def _unit(X):
    X = check_array(X, dtype=np.float64)
    largest = np.abs(X).max(axis=1, keepdims=True)
    if not largest.all():
        raise ValueError("A row of zeros has no direction")
    X = np.ldexp(X, -np.frexp(largest)[1])
    squares = np.zeros((len(X), 1))
    for column in X.T:
        squares[:, 0] += column * column
    return X / np.sqrt(squares)


class NearestCenter(KMeans):
    """KMeans with given centres, exact: squared differences are summed column by column."""

    def __init__(self, centers):
        super().__init__(n_clusters=len(centers), n_init=1)
        self.centers = centers
        self.cluster_centers_ = centers
        self.labels_ = np.arange(len(centers))
        self.n_features_in_ = centers.shape[1]
        self.inertia_ = 0.0
        self.n_iter_ = 0

    def _squared(self, X):
        squared = np.zeros((len(X), len(self.cluster_centers_)))
        for column, center in zip(X.T, self.cluster_centers_.T):
            difference = column[:, None] - center
            squared += difference * difference
        return squared

    def _blocks(self, X):
        X = check_array(X, dtype=np.float64)
        for start in range(0, len(X), 4096):
            yield self._squared(X[start : start + 4096])

    def predict(self, X, sample_weight=None):
        return np.concatenate([squared.argmin(axis=1) for squared in self._blocks(X)])

    def transform(self, X):
        return np.concatenate([np.sqrt(squared) for squared in self._blocks(X)])

`;
