import { EngineError } from '../../ml/errors.js';
import { fitPreparation } from '../../ml/preparation/preparation.js';
import type { FittedPreparation, PreparationOptions, TableColumn } from '../../ml/preparation/types.js';
import type { MatrixColumn } from '../matrix-columns.js';

/** The columns of a run as they lie in the data set. */
export interface RunTable {
  /** `rows x columns`, row-major, in shared memory; NaN is a missing value. */
  data: Float64Array;
  rows: number;
  /** The columns to train on, in the order of `data`, and behind them that of weights where there is one. */
  columns: MatrixColumn[];
  /** Whether the last column is that of weights. */
  weighted?: boolean;
  options: PreparationOptions;
}

/** What training begins with. */
export interface PreparedTable {
  preparation: FittedPreparation;
  /** `keptRows.length x preparation.features.length`, row-major, in shared memory: lent to threads without a copy. */
  data: Float64Array;
  /** Rows of the data set that are trained on, ascending. */
  keptRows: Int32Array;
  /** One a kept row. */
  weights?: Float64Array;
  warnings: string[];
}

/**
 * Fits and applies the preparation. Takes seconds for large tables, so it is run in a thread of its own.
 *
 * @param table its memory is used for the result
 * @throws EngineError as `fitPreparation`, and `dataset.missing_values` for missing weights unless rows are dropped
 */
export function prepareTable({ data, rows, columns, weighted = false, options }: RunTable): PreparedTable {
  const table = columns.map((column, j): TableColumn => {
    return { ...column, values: columnOf(data, rows, columns.length, j) };
  });
  const weightColumn = weighted ? table.pop() : undefined;
  const weights = weightColumn?.values;
  if (weightColumn && weights) {
    const first = weights.findIndex(Number.isNaN);
    if (first >= 0 && options.missing !== 'drop') {
      throw new EngineError(
        'dataset.missing_values',
        `Weights are missing in "${weightColumn.name}", first in row ${first + 1}. A weight is never made up: ask for "drop".`,
        { columns: [weightColumn.name], row: first },
      );
    }
    // A row without a weight is as incomplete as one without a value.
    for (let row = 0; row < rows; row++) if (Number.isNaN(weights[row])) table[0].values[row] = NaN;
  }
  const { preparation, matrix, keptRows, warnings } = fitPreparation(table, options);
  return {
    preparation,
    data: moveInto(data, matrix.data),
    keptRows,
    ...(weights && { weights: Float64Array.from(keptRows, (row) => weights[row]) }),
    warnings: warnings.map(({ message }) => message),
  };
}

function columnOf(data: Float64Array, rows: number, width: number, column: number): Float64Array {
  const values = new Float64Array(rows);
  for (let row = 0, at = column; row < rows; row++, at += width) values[row] = data[at];
  return values;
}

/** The prepared values in the memory of the raw ones, which nobody needs any more; elsewhere where they are more. */
function moveInto(memory: Float64Array, values: ArrayLike<number>): Float64Array {
  const target =
    values.length <= memory.length
      ? memory.subarray(0, values.length)
      : new Float64Array(new SharedArrayBuffer(8 * values.length));
  target.set(values);
  return target;
}
