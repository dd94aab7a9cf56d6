import { Code, Stack, Text } from '@mantine/core';
import { Failure } from '../ui/failure';
import type { RefusedFile as Refusal } from './use-upload';

/** Why a file did not come in, with the line of it that is to blame. */
export function RefusedFile({ refusal: { problem, place, file } }: { refusal: Refusal }) {
  return (
    <Stack gap="xs">
      <Text size="sm" fw={600} className="breaking">
        {file.name}
      </Text>
      <Failure error={problem} />
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
