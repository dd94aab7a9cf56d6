import { Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { type DragEvent, useState } from 'react';

interface Props {
  busy: boolean;
  /** 0..1 while a file is on its way. */
  progress?: number | undefined;
  onFile: (file: File) => void;
  onCancel?: () => void;
}

/** Where a file is dropped or chosen, and how far it is on its way. */
export function DropZone({ busy, progress, onFile, onCancel }: Props) {
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files.item(0);
    if (file && !busy) onFile(file);
  };
  return (
    <Stack
      className="drop-target"
      p="md"
      gap="xs"
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => {
        setOver(false);
      }}
      onDrop={drop}
    >
      <Group justify="space-between">
        <Text size="sm">Drop a table here: CSV, TSV, JSON, NDJSON, NPY, Parquet or Arrow, also gzipped.</Text>
        <FileButton
          onChange={(file) => {
            if (file) onFile(file);
          }}
        >
          {(props) => (
            <Button {...props} variant="default" size="xs" loading={busy}>
              Choose a file
            </Button>
          )}
        </FileButton>
      </Group>
      {busy && progress !== undefined && (
        <Group gap="sm">
          <Progress flex={1} value={progress * 100} aria-label="Upload" />
          <Text size="sm">{progress < 1 ? `${Math.floor(progress * 100)} %` : 'reading'}</Text>
          {onCancel && (
            <Button size="compact-xs" variant="default" onClick={onCancel}>
              Cancel
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
