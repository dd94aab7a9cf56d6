import { authorizedFetch } from '../api/client';

/** Saves what the service answers at a path as a file. */
export async function download(path: string, name: string, accept = '*/*'): Promise<void> {
  const response = await authorizedFetch(new Request(path, { headers: { Accept: accept } }));
  saveBlob(await response.blob(), name);
}

export function saveBlob(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
