import { Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { Schemas } from '../api/client';
import { saveBlob } from '../ui/download';
import { FILE_FORMATS } from '../datasets/file-formats';
import { Failure } from '../ui/failure';
import { bytes } from '../ui/format';
import { isCancelled, sendFile } from '../ui/send-file';
import { CallAs } from './call-as';

/** A file of rows goes out and comes back with their clusters, in kind. */
export function PredictFile({ centers: { id, columns } }: { centers: Schemas['CentersDto'] }) {
  const [share, setShare] = useState(0);
  const stop = useRef<AbortController>(undefined);
  const path = `/api/v1/centers/${id}/predictions`;
  const ask = useMutation({
    mutationFn: async (file: File) => {
      stop.current = new AbortController();
      setShare(0);
      const answer = await sendFile(path, file, { signal: stop.current.signal, onProgress: setShare });
      const name = file.name.replace(/(\.[^.]+(?:\.gz)?)?$/i, '-clusters$1').replace(/\.gz$/i, '');
      saveBlob(answer, name);
      return { name, size: answer.size };
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm">
        {FILE_FORMATS}. Columns are found by name ({columns.slice(0, 6).join(', ')}
        {columns.length > 6 && ', and so on'}); others pass through. The same file comes back with the columns cluster,
        distance, runnerUp, margin and outlier.
      </Text>
      <Group>
        <FileButton
          onChange={(file) => {
            if (file) ask.mutate(file);
          }}
        >
          {(props) => (
            <Button {...props} size="sm" loading={ask.isPending}>
              Choose a file of rows
            </Button>
          )}
        </FileButton>
      </Group>
      {ask.isPending && (
        <Group gap="sm" role="status">
          <Progress flex={1} value={share * 100} aria-label="Upload" />
          <Text size="sm">{share < 1 ? `${Math.floor(share * 100)} % sent` : 'the answer is on its way'}</Text>
          <Button size="compact-xs" variant="default" onClick={() => stop.current?.abort()}>
            Cancel
          </Button>
        </Group>
      )}
      {ask.error && !isCancelled(ask.error) && <Failure error={ask.error} />}
      {ask.data && (
        <Text role="status">
          {ask.data.name} ({bytes(ask.data.size)}) is among your downloads.
        </Text>
      )}
      <CallAs call={{ url: `${location.origin}${path}`, body: { file: 'rows.csv' } }} />
    </Stack>
  );
}
