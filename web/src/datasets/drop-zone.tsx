import { Button, FileButton, Group, Progress, Stack, Text } from '@mantine/core';
import { Failure } from '../ui/failure';
import { FILE_FORMATS } from './file-formats';
import { RefusedFile } from './refused-file';
import { useFileDrop } from './use-file-drop';
import type { Upload } from './use-upload';

/** Where files are dropped or chosen; they may be dropped anywhere else on the window as well. */
export function DropZone({ upload }: { upload: Upload }) {
  const over = useFileDrop(upload.send);
  return (
    <Stack className="drop-target" p="md" gap="xs" data-over={over || undefined}>
      <Group justify="space-between">
        <Text size="sm">Drop a table here: {FILE_FORMATS}.</Text>
        <ChooseFiles upload={upload} />
      </Group>
      <UploadState upload={upload} />
      {over && <DropSign />}
    </Stack>
  );
}

export function ChooseFiles({ upload }: { upload: Upload }) {
  return (
    <FileButton multiple onChange={upload.send}>
      {(props) => (
        <Button {...props} variant="default" size="xs" loading={upload.busy}>
          Choose a file
        </Button>
      )}
    </FileButton>
  );
}

/** How far a file is on its way, or why it did not arrive. */
export function UploadState({ upload: { busy, sending, cancel, refused, error } }: { upload: Upload }) {
  return (
    <>
      {busy && sending && (
        <Group gap="sm" role="status">
          <Text size="sm" truncate maw="14rem">
            {sending.name}
          </Text>
          <Progress flex={1} miw="4rem" value={sending.share * 100} aria-label={`Upload of ${sending.name}`} />
          <Text size="sm">
            {sending.share < 1 ? `${Math.floor(sending.share * 100)} %` : 'being read'}
            {sending.behind > 0 && `, ${sending.behind} more`}
          </Text>
          <Button size="compact-xs" variant="default" onClick={cancel}>
            Cancel
          </Button>
        </Group>
      )}
      {refused.map((refusal, i) => (
        <RefusedFile key={i} refusal={refusal} />
      ))}
      {error && <Failure error={error} />}
    </>
  );
}

/** Over everything while a file is held over the window. */
export function DropSign() {
  return (
    <div className="drop-sign" aria-hidden="true">
      <Text fw={650} size="lg">
        Drop to add it to this chat
      </Text>
    </div>
  );
}
