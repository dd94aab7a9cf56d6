/**
 * Where the code of a worker thread or a child process lies: beside the file that starts it, and always in `dist`, since
 * Node runs what is built, also when the starting file itself is run from `src` by the tests.
 *
 * @param importMetaUrl `import.meta.url` of the file that starts it
 * @param relativePath the entry as seen from there, ending in `.js`
 */
export function workerEntry(importMetaUrl: string, relativePath: string): URL {
  const entry = new URL(relativePath, importMetaUrl);
  return importMetaUrl.endsWith('.ts') ? new URL(entry.href.replace(/\/src\/(?!.*\/src\/)/, '/dist/src/')) : entry;
}
