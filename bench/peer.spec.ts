import { describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exact } from './exact.js';
import { readNpy, writeNpy } from './npy.js';

const here = dirname(fileURLToPath(import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const [data, init, out] = ['data', 'init', 'out'].map((name) => join(folder, `${name}.npy`));

/** Three heaps of 50 points in 4 dimensions, and two sets of starting centres: one good, one with two in one heap. */
const places = [0, 10, 20];
const X = Float32Array.from({ length: 600 }, (_, i) => places[Math.floor(i / 200)] + Math.sin(i * 12.9898) / 2);
const rowsAt = (rows: number[]): number[] => rows.flatMap((row) => Array.from(X.subarray(row * 4, row * 4 + 4)));
writeNpy(data, X, [150, 4]);
writeNpy(init, Float32Array.from([...rowsAt([0, 1, 2]), ...rowsAt([10, 60, 110])]), [2, 3, 4]);

interface Line {
  iters: number;
  times: number[];
  cpu: number;
  rss_mib: number;
  inertia: number;
  algorithm: string;
  note: string;
}

/** As a foreign harness runs it, against the built engine. */
function peer(kind: string, ...more: string[]): { status: number | null; line: Line; errors: string } {
  const args = [join(here, 'peer.ts'), kind, data, init, '2', '300', '3', '20', out, ...more];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  const last = stdout.trim().split('\n').at(-1);
  return { status, line: JSON.parse(last || '{}') as Line, errors: stderr };
}

describe('one measurement for a foreign harness', () => {
  it('fits from every set of starts, keeps the best, tells the times and writes float64 centres', () => {
    const { status, line } = peer('fit');
    expect(status).toBe(0);
    const centers = readNpy(out);
    expect(centers.shape).toEqual([3, 4]);
    expect(centers.data).toBeInstanceOf(Float64Array);
    const means = [...centers.data].map(Math.round).sort((a, b) => a - b);
    expect(means).toEqual([0, 0, 0, 0, 10, 10, 10, 10, 20, 20, 20, 20]);
    expect(line.inertia).toBe(exact(X, 4, centers.data as Float64Array).inertia);
    expect(line.times).toHaveLength(3);
    expect(Math.min(...line.times, line.cpu, line.rss_mib, line.iters)).toBeGreaterThan(0);
    expect(line.algorithm.length).toBeGreaterThan(0);
    expect(line.note).toBe('');
  });

  it('seeds with rows of the data', () => {
    expect(peer('seed').status).toBe(0);
    const { data: centers, shape } = readNpy(out);
    expect(shape).toEqual([3, 4]);
    for (let c = 0; c < 12; c += 4) {
      const at = Array.from({ length: 150 }, (_, i) => i).filter((i) => X[i * 4] === centers[c]);
      expect(at.some((i) => rowsAt([i]).every((value, j) => value === centers[c + j]))).toBe(true);
    }
  });

  it('predicts with the first set of starts and writes int32 labels', () => {
    const { status, line } = peer('predict');
    expect(status).toBe(0);
    const truth = exact(X, 4, Float32Array.from(rowsAt([0, 1, 2])));
    expect(readNpy(out)).toEqual({ data: truth.labels, shape: [150] });
    expect(line.inertia).toBe(truth.inertia);
  });

  it('takes file names from where npm was called', () => {
    const env = { ...process.env, npm_lifecycle_event: 'bench:peer', INIT_CWD: folder };
    const args = [join(here, 'peer.ts'), 'seed', 'data.npy', 'init.npy', '1', '300', '1', '20', 'there.npy'];
    expect(spawnSync(process.execPath, args, { env }).status).toBe(0);
    expect(readNpy(join(folder, 'there.npy')).shape).toEqual([3, 4]);
  });

  it('says in one sentence how it is called', () => {
    const { status, errors } = peer('fit', 'one too many');
    expect(status).toBe(1);
    expect(errors).toMatch(/^usage: .*OUT\.npy\n$/);
  });
});
