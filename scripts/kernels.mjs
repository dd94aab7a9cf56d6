/**
 * Compiles `assembly/` twice, with relaxed SIMD (fused multiply-add) and without, into one TypeScript file that holds
 * both as base64. The same source gives the same bytes. With `--check` nothing is written: it fails where the file
 * in the tree is not what the source gives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const target = 'src/ml/kernels/wasm/binary.generated.ts';
const options = [
  'assembly/index.ts',
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

async function compile(features) {
  let binary;
  const { error, stderr } = await asc.main([...options, '--enable', features], {
    writeFile: (_name, contents) => {
      binary = contents;
    },
  });
  if (error !== null) throw new Error(stderr.toString());
  return Buffer.from(binary).toString('base64');
}

process.chdir(root);
const text = [
  '// Made from assembly/ by `npm run kernels`; do not edit.',
  `export const BASELINE = '${await compile('simd,threads')}';`,
  `export const RELAXED = '${await compile('simd,threads,relaxed-simd')}';`,
  '',
].join('\n');

let current = '';
try {
  current = readFileSync(target, 'utf8');
} catch {
  // Not made yet.
}
if (process.argv.includes('--check')) {
  if (current !== text) {
    console.error(`${target} is not what assembly/ gives; run \`npm run kernels\` and commit it.`);
    process.exitCode = 1;
  }
} else if (current !== text) {
  writeFileSync(target, text);
}
