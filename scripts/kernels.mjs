/**
 * Compiles what lies in `assembly/` into TypeScript files that hold it as base64: the kernels twice, with relaxed SIMD
 * (fused multiply-add) and without, and the reader of plain cells. The same source gives the same bytes. With `--check`
 * nothing is written: it fails where a file in the tree is not what the source gives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const options = [
  '--baseDir=.',
  '-O3',
  '--noAssert',
  '--runtime=stub',
  '--importMemory',
  '--sharedMemory',
  '--initialMemory=1',
  '--maximumMemory=65536',
  '--outFile=kernel.wasm',
];
const targets = [
  {
    file: 'src/ml/kernels/wasm/binary.generated.ts',
    source: 'assembly/index.ts',
    builds: { BASELINE: 'simd,threads', RELAXED: 'simd,threads,relaxed-simd' },
  },
  {
    file: 'src/datasets/readers/plain-cells.generated.ts',
    source: 'assembly/csv/index.ts',
    builds: { PLAIN_CELLS: 'threads' },
  },
];

async function compile(source, features) {
  let binary;
  const { error, stderr } = await asc.main([source, ...options, '--enable', features], {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  });
  if (error !== null) throw new Error(stderr.toString());
  return Buffer.from(binary).toString('base64');
}

process.chdir(root);
for (const { file, source, builds } of targets) {
  const lines = ['// Made from assembly/ by `npm run kernels`; do not edit.'];
  for (const [name, features] of Object.entries(builds)) {
    lines.push(`export const ${name} = '${await compile(source, features)}';`);
  }
  const text = [...lines, ''].join('\n');
  let current = '';
  try {
    current = readFileSync(file, 'utf8');
  } catch {
    // Not made yet.
  }
  if (current === text) continue;
  if (process.argv.includes('--check')) {
    console.error(`${file} is not what assembly/ gives; run \`npm run kernels\` and commit it.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
  }
}
