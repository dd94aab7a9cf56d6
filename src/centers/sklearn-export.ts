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
  for (const step of preparation.steps) {
    if (step.kind === 'impute') {
      if (step.fill) steps.push(['impute', `SimpleImputer(strategy="mean").fit(np.array([${list(step.fill)}]))`]);
    } else if (step.kind === 'scale') {
      // StandardScaler stands for the others as well: (X - mean_) / scale_ is what each of them is here.
      steps.push(['scale', `_scaler(${list(step.offset)}, ${list(step.scale)})`]);
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
    `CLUSTER_NAMES = [${names.join(', ')}]`,
    `DATASET_SHA256 = ${centers.datasetSha256 === null ? 'None' : JSON.stringify(centers.datasetSha256)}`,
    '# The centres in the units of the data.',
    `VALUES = np.array(${table(toRows(centers.values, width))}, dtype=np.float64)`,
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

const CODE = `

def _to_float64(X):
    if hasattr(X, "columns"):
        X = X[COLUMNS]
    X = np.asarray(X, dtype=np.float64)
    if X.ndim != 2 or X.shape[1] != len(COLUMNS):
        raise ValueError(f"X must be a 2-D array of {len(COLUMNS)} columns: {COLUMNS}")
    return X


def _scaler(offset, scale):
    scaler = StandardScaler().fit(np.array([offset], dtype=np.float64))
    scaler.scale_ = np.array(scale, dtype=np.float64)
    scaler.var_ = scaler.scale_**2
    return scaler


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
