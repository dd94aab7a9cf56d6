import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { published } from './sets.ts';

/** Where data sets are kept between runs. */
export const folder = process.env.BENCH_DATA ?? join(tmpdir(), 'centroid-bench');

export interface Shape {
  rows: number;
  columns: number;
  k: number;
  restarts: number;
  /** SHA-256 of the rows' file and of the starting centres' file. */
  data: string;
  init: string;
}

/** The files of a data set, made if they are not there. */
export interface Prepared {
  shape: Shape;
  dataFile: string;
  initFile: string;
  /** Whether the rows are those behind the published figures, byte for byte. */
  published: boolean;
}

const needs = 'import numpy, scipy, sklearn, PIL';

/** A Python that has what data sets and scikit-learn need. */
export function findPython(): string {
  const candidates = process.env.BENCH_PYTHON ? [process.env.BENCH_PYTHON] : ['python3', '/usr/bin/python3', 'python'];
  const found = candidates.find((python) => spawnSync(python, ['-c', needs]).status === 0);
  if (found !== undefined) return found;
  throw new Error(
    `scikit-learn, SciPy or Pillow is missing for ${candidates.join(', ')}: install them with ` +
      '`apt-get install --no-install-recommends python3-sklearn python3-pil libopenblas0-pthread` (Debian, Ubuntu) or ' +
      '`pip install scikit-learn pillow`, and name another Python with BENCH_PYTHON.',
  );
}

/** What the peers are made of: versions, and the linear algebra library beneath NumPy. */
export function describePython(python: string): string {
  const code = [
    'import sys, numpy, sklearn, threadpoolctl',
    'import sklearn.cluster',
    'blas = [f"{p[\'internal_api\']} {p[\'version\']}" for p in threadpoolctl.threadpool_info() if p["user_api"] == "blas"]',
    'print(f"scikit-learn {sklearn.__version__}, NumPy {numpy.__version__}, {blas[0] if blas else \'no BLAS\'}, Python {sys.version.split()[0]}")',
  ];
  const { stdout } = spawnSync(python, ['-c', code.join('\n')], { encoding: 'utf8' });
  return stdout.trim() || python;
}

const sha256 = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

/** Makes the data sets that are missing or damaged; those that are whole are left as they are. */
export function prepare(names: string[]): Map<string, Prepared> {
  const listing = join(folder, 'manifest.json');
  const read = (): Record<string, Shape | undefined> =>
    existsSync(listing) ? (JSON.parse(readFileSync(listing, 'utf8')) as Record<string, Shape>) : {};
  const file = (name: string, end: string): string => join(folder, `${name}${end}.npy`);
  const whole = (name: string, shape: Shape | undefined): shape is Shape =>
    shape !== undefined &&
    existsSync(file(name, '')) &&
    existsSync(file(name, '.init')) &&
    sha256(file(name, '')) === shape.data &&
    sha256(file(name, '.init')) === shape.init;
  const before = read();
  const missing = names.filter((name) => !whole(name, before[name]));
  if (missing.length) {
    const script = fileURLToPath(new URL('datasets.py', import.meta.url));
    const { status } = spawnSync(findPython(), [script, folder, ...missing], {
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    if (status !== 0) throw new Error(`${script} could not make ${missing.join(', ')}; its words are above.`);
  }
  const manifest = read();
  return new Map(
    names.map((name) => {
      const shape = manifest[name]!;
      const same = shape.data === published[name];
      return [name, { shape, dataFile: file(name, ''), initFile: file(name, '.init'), published: same }];
    }),
  );
}
