/**
 * Where the compiled entry of a worker thread lies. Threads cannot run TypeScript, so a test that imports the sources
 * is sent to their build in `dist`.
 * @param base `import.meta.url` of a module in `src`
 */
export function workerUrl(entry: string, base: string): URL {
  return new URL(entry, base.endsWith('.ts') ? base.replace('/src/', '/dist/src/') : base);
}
