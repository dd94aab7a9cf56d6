/**
 * The plan record of `assembly/plan.ts`, field by field: what the leader writes before a phase. A spec checks that the
 * two have the same size.
 */
const FIELDS = [
  'rows',
  'columns',
  'k',
  'tiles',
  'values',
  'wide',
  'weights',
  'middle',
  'direct',
  'centers',
  'packed',
  'norms',
  'steps',
  'labels',
  'labelShift',
  'labelMask',
  'moves',
  'formers',
  'moveCounts',
  'split',
  'deltas',
  'deltaWeights',
  'deltaCounts',
  'touched',
  'sums',
  'sumWeights',
  'sumCounts',
  'integer',
  'output',
  'output2',
  'output3',
  'runnerUps',
  'lower',
  'upper',
  'stamps',
  'matrix',
  'groups',
  'groupPitch',
  'groupBases',
  'groupMoved',
  'lines',
  'snapshots',
  'moved',
  'movedMost',
  'movedBoth',
  'movedSteps',
  'movedTwo',
  'grid',
  'sketch',
  'now',
  'filled',
  'cells',
  'coarse',
  'coarseStarts',
  'coarseSteps',
  'coarseNorms',
  'coarseLengths',
  'coarseLosses',
  'coarsePlain',
  'coarseGroups',
  'coarseWidth',
  'bytes',
] as const;
const REALS = ['centerNorm', 'centerError', 'step', 'groupStep', 'reach', 'away', 'coarseAway', 'low', 'unit'] as const;

export type PlanFields = Record<(typeof FIELDS)[number] | (typeof REALS)[number], number>;

export const PLAN_BYTES = 4 * (FIELDS.length + REALS.length);

/** Writes the given fields into the plan at `address`. */
export function writePlan(memory: WebAssembly.Memory, address: number, fields: Partial<PlanFields>): void {
  writeRecord(memory, address, FIELDS, REALS, fields);
}

/** Writes the given fields of a record of 32-bit integers, float32 after them. */
export function writeRecord<I extends string, R extends string>(
  memory: WebAssembly.Memory,
  address: number,
  integers: readonly I[],
  reals: readonly R[],
  fields: Partial<Record<I | R, number>>,
): void {
  const view = new DataView(memory.buffer, address, 4 * (integers.length + reals.length));
  integers.forEach((name, i) => {
    const value = fields[name];
    if (value !== undefined) view.setUint32(4 * i, value, true);
  });
  reals.forEach((name, i) => {
    const value = fields[name];
    if (value !== undefined) view.setFloat32(4 * (integers.length + i), value, true);
  });
}
