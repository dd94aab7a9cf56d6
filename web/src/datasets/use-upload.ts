import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Schemas } from '../api/client';
import { ProblemError } from '../api/problem';
import { isCancelled, sendFile } from '../ui/send-file';
import { type FilePlace, placeInFile } from './file-place';

type Dataset = Schemas['DatasetDto'];

/** A file on its way: its name and how much of it has left, 0..1. */
export interface Sending {
  name: string;
  share: number;
}

/** A file that was refused, with the place that the service speaks of. */
export class RefusedFileError extends Error {
  constructor(
    readonly file: File,
    override readonly cause: unknown,
    readonly place: FilePlace | undefined,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

/**
 * Uploads files into a chat one after the other; stops at the first that is refused.
 *
 * @param findChat says which chat, and may make one; `undo` is called when nothing came into it
 * @param onCame told when files have come: all of them, or those before one that was refused
 */
export function useUpload(
  findChat: (first: File) => Promise<{ chatId: string; undo?: () => Promise<unknown> }>,
  onCame: (chatId: string, all: boolean) => unknown,
) {
  const [sending, setSending] = useState<Sending>();
  const abort = useRef<AbortController>(undefined);
  const upload = useMutation({
    mutationFn: async (files: readonly File[]): Promise<void> => {
      const first = files.at(0);
      if (!first) return;
      abort.current = new AbortController();
      const { signal } = abort.current;
      const { chatId, undo } = await findChat(first);
      let came = 0;
      try {
        for (const file of files) {
          setSending({ name: file.name, share: 0 });
          await uploadOne(chatId, file, signal, (share) => {
            setSending({ name: file.name, share });
          });
          came++;
        }
      } catch (error) {
        if (came === 0) await undo?.();
        throw error;
      } finally {
        setSending(undefined);
        if (came > 0) onCame(chatId, came === files.length);
      }
    },
  });
  return {
    send: (files: readonly File[]) => {
      if (!upload.isPending) upload.mutate(files);
    },
    cancel: () => abort.current?.abort(),
    busy: upload.isPending,
    sending,
    error: isCancelled(upload.error) ? null : upload.error,
  };
}

export type Upload = ReturnType<typeof useUpload>;

async function uploadOne(
  chatId: string,
  file: File,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<Dataset> {
  try {
    const answer = await sendFile(`/api/v1/chats/${chatId}/datasets`, file, { signal, onProgress });
    return JSON.parse(await answer.text()) as Dataset;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new RefusedFileError(file, error, await placeInFile(file, error.message));
  }
}
