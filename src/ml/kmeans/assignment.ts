/**
 * Gives every row a column of its own so that the sum of the costs is as low as can be: the linear assignment problem by
 * shortest augmenting paths (Jonker and Volgenant 1987, as told by Crouse, "On implementing 2D rectangular assignment
 * algorithms", 2016). Rows are computed when they are needed, so memory is O(n); time is O(n^3) at worst, and O(n^2)
 * where most rows are nearest to a column that no other row wants.
 *
 * @param n rows, and columns
 * @param costs writes the n finite costs of a row to OUT
 * @param interrupt throws when it shall end
 * @returns the column of each row; where several are as good, rows rather keep their own number
 */
export function assign(
  n: number,
  costs: (row: number, out: Float64Array) => void,
  interrupt: () => void = () => undefined,
): Int32Array {
  const columnOf = new Int32Array(n).fill(-1);
  const rowOf = new Int32Array(n).fill(-1);
  // Prices of rows and columns: nowhere is their sum above the cost, and where a row has its column it equals it.
  const ofRows = new Float64Array(n);
  const ofColumns = new Float64Array(n);
  const cost = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    interrupt();
    costs(row, cost);
    let best = row;
    for (let column = 0; column < n; column++) if (cost[column] < cost[best]) best = column;
    ofRows[row] = cost[best];
    if (rowOf[best] >= 0) continue;
    rowOf[best] = row;
    columnOf[row] = best;
  }

  const shortest = new Float64Array(n);
  const from = new Int32Array(n);
  const reached = new Uint8Array(n);
  for (let start = 0; start < n; start++) {
    if (columnOf[start] >= 0) continue;
    shortest.fill(Infinity);
    reached.fill(0);
    const visited: number[] = [];
    let length = 0;
    let row = start;
    let free = -1;
    while (free < 0) {
      interrupt();
      visited.push(row);
      costs(row, cost);
      let next = -1;
      for (let column = 0; column < n; column++) {
        if (reached[column] === 1) continue;
        const through = length + (cost[column] - ofRows[row] - ofColumns[column]);
        if (through < shortest[column]) {
          shortest[column] = through;
          from[column] = row;
        }
        const nearer = next < 0 || shortest[column] < shortest[next];
        if (nearer || (shortest[column] === shortest[next] && rowOf[column] < 0)) next = column;
      }
      length = shortest[next];
      reached[next] = 1;
      if (rowOf[next] < 0) free = next;
      else row = rowOf[next];
    }
    ofRows[start] += length;
    for (const other of visited.slice(1)) ofRows[other] += length - shortest[columnOf[other]];
    for (let column = 0; column < n; column++) {
      if (reached[column] === 1) ofColumns[column] -= length - shortest[column];
    }
    for (let column = free, last = -1; last !== start;) {
      last = from[column];
      rowOf[column] = last;
      [columnOf[last], column] = [column, columnOf[last]];
    }
  }
  return columnOf;
}
