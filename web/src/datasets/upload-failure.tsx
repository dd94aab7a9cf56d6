import { Code, Stack, Text } from '@mantine/core';
import { Failure } from '../ui/failure';
import { RefusedFileError } from './use-upload';

/** Why a file did not come in, with the line of it that is to blame. */
export function UploadFailure({ error }: { error: unknown }) {
  if (!(error instanceof RefusedFileError)) return <Failure error={error} />;
  const { cause, place, file } = error;
  return (
    <Stack gap="xs">
      <Failure error={cause} />
      {place && (
        <div>
          <Text size="sm" mb={4}>
            Line {place.line} of {file.name}:
          </Text>
          <Code block tabIndex={0} role="region" aria-label={`Around line ${place.line}`} className="copyable">
            {place.lines.map(({ number, text }) => (
              <span key={number} className="file-line" data-bad={number === place.line || undefined}>
                {number === place.line ? '>' : ' '} {String(number).padStart(6)} {text || ' '}
                {'\n'}
              </span>
            ))}
          </Code>
        </div>
      )}
    </Stack>
  );
}
