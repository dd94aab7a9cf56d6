/**
 * Labels as bytes: one, two or four a row, as few as the number of clusters needs. The highest value of the width
 * stands for a row that was left out. Little-endian, whatever the machine.
 */
type Width = 1 | 2 | 4;

function widthFor(k: number): Width {
  if (k <= 0xff) return 1;
  return k <= 0xffff ? 2 : 4;
}

const LEFT_OUT: Record<Width, number> = { 1: 0xff, 2: 0xffff, 4: 0xffffffff };

/**
 * Packs the labels of the rows that were trained on into one entry for each row of the data set.
 *
 * @param labels cluster of each kept row, 0..k-1
 * @param keptRows number of each kept row in the data set, ascending, as long as `labels`
 * @param rowCount rows of the data set
 * @param k number of clusters
 */
export function packLabels(labels: Int32Array, keptRows: Int32Array, rowCount: number, k: number): Buffer {
  const width = widthFor(k);
  // All bits set is the highest value of every width.
  const bytes = Buffer.alloc(rowCount * width, 0xff);
  for (let i = 0; i < labels.length; i++) bytes.writeUIntLE(labels[i], keptRows[i] * width, width);
  return bytes;
}

/** Reads packed labels row by row without unpacking them all. */
export class LabelReader {
  readonly #width: Width;

  /**
   * @param bytes what {@link packLabels} made
   * @param k the number of clusters given to it
   */
  constructor(
    private readonly bytes: Buffer,
    k: number,
  ) {
    this.#width = widthFor(k);
  }

  /** Number of rows. */
  get length(): number {
    return this.bytes.length / this.#width;
  }

  /** The cluster of a row, or null where it was left out. */
  at(row: number): number | null {
    const value = this.bytes.readUIntLE(row * this.#width, this.#width);
    return value === LEFT_OUT[this.#width] ? null : value;
  }
}
