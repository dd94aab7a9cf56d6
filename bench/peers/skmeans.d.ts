/** skmeans 0.11 comes without types; what is used of it. */
declare module 'skmeans' {
  interface Result {
    /** Rounds made, less the last. */
    it: number;
    centroids: number[][];
    test(point: number[]): { idx: number };
  }
  /** @param initial starting centres, overwritten */
  export default function skmeans(data: number[][], k: number, initial: number[][], maxIterations: number): Result;
}
