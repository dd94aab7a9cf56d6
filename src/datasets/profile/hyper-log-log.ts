const PRECISION = 14;
const REGISTERS = 2 ** PRECISION;
const HASHES = 2 ** 32;

/**
 * Estimates how many distinct hashes of 32 bits it was given; the standard error is 0.8 %.
 *
 * @see Flajolet, Fusy, Gandouet, Meunier (2007), HyperLogLog: the analysis of a near-optimal cardinality estimation
 *   algorithm
 */
export class HyperLogLog {
  private readonly registers = new Uint8Array(REGISTERS);

  /** @param hash 32 bits, well mixed */
  add(hash: number): void {
    const register = hash >>> (32 - PRECISION);
    const rank = Math.min(Math.clz32(hash << PRECISION), 32 - PRECISION) + 1;
    if (rank > this.registers[register]) this.registers[register] = rank;
  }

  get size(): number {
    let sum = 0;
    let empty = 0;
    for (const rank of this.registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty++;
    }
    const raw = ((0.7213 / (1 + 1.079 / REGISTERS)) * REGISTERS * REGISTERS) / sum;
    if (raw <= 2.5 * REGISTERS && empty > 0) return Math.round(REGISTERS * Math.log(REGISTERS / empty));
    // Many hashes of 32 bits collide.
    return Math.round(raw <= HASHES / 30 ? raw : -HASHES * Math.log(1 - raw / HASHES));
  }
}
