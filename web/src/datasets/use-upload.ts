import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { ProblemError } from '../api/problem';
import { isCancelled, sendFile } from '../ui/send-file';
import { type FilePlace, placeInFile } from './file-place';

/** A file on its way: its name and how much of it has left, 0..1. */
export interface Sending {
  name: string;
  share: number;
  /** Files that wait for it. */
  behind: number;
}

/** A file that was refused, with the place that the service speaks of. */
export interface RefusedFile {
  file: File;
  problem: ProblemError;
  place: FilePlace | undefined;
}

/**
 * Uploads files into a chat one after the other; one that is refused keeps no other back, and what is given meanwhile
 * comes behind.
 *
 * @param findChat says which chat, and may make one; `undo` is called when nothing came into it
 * @param onCame told when files have come: all of them, or all but those that were refused
 */
export function useUpload(
  findChat: (first: File) => Promise<{ chatId: string; undo?: () => Promise<unknown> }>,
  onCame: (chatId: string, all: boolean) => unknown,
) {
  const [sending, setSending] = useState<Sending>();
  const [refused, setRefused] = useState<readonly RefusedFile[]>([]);
  const abort = useRef<AbortController>(undefined);
  const queue = useRef<File[]>([]);
  const upload = useMutation({
    mutationFn: async (first: File): Promise<void> => {
      abort.current = new AbortController();
      const { signal } = abort.current;
      setRefused([]);
      const { chatId, undo } = await findChat(first);
      let came = 0;
      let all = true;
      try {
        for (let file = queue.current.shift(); file; file = queue.current.shift()) {
          const { name } = file;
          const tell = (share: number) => {
            setSending({ name, share, behind: queue.current.length });
          };
          tell(0);
          const refusal = await uploadOne(chatId, file, signal, tell);
          if (refusal) setRefused((others) => [...others, refusal]);
          else came++;
          all &&= !refusal;
        }
      } catch (error) {
        all = false;
        throw error;
      } finally {
        setSending(undefined);
        if (came > 0) onCame(chatId, all);
        else await undo?.().catch(() => undefined);
      }
    },
    onSettled: () => {
      queue.current = [];
    },
  });
  return {
    send: (files: readonly File[]) => {
      queue.current.push(...files);
      const first = queue.current.at(0);
      if (first && !upload.isPending) upload.mutate(first);
    },
    cancel: () => abort.current?.abort(),
    busy: upload.isPending,
    sending,
    refused,
    error: isCancelled(upload.error) ? null : upload.error,
  };
}

export type Upload = ReturnType<typeof useUpload>;

/** @returns why the service refused it, if it did */
async function uploadOne(
  chatId: string,
  file: File,
  signal: AbortSignal,
  onProgress: (share: number) => void,
): Promise<RefusedFile | undefined> {
  try {
    await sendFile(`/api/v1/chats/${chatId}/datasets`, file, { signal, onProgress });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    return { file, problem: error, place: await placeInFile(file, error.message) };
  }
}
