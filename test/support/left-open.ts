/** What tests have started and not yet ended, so that a test that fails half-way leaves nothing running. */
const open = new Set<() => Promise<void>>();

/** Answers a function that ends it once, however often it is called; at the latest it is called after the file's tests. */
export function endsWithTheFile(end: () => Promise<void>): () => Promise<void> {
  let ending: Promise<void> | undefined;
  const once = (): Promise<void> => {
    open.delete(once);
    return (ending ??= end());
  };
  open.add(once);
  return once;
}

export async function endAll(): Promise<void> {
  await Promise.allSettled([...open].map((end) => end()));
}
