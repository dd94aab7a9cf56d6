import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';

interface Props {
  text: string;
  /** What it is, for who cannot see it. */
  label: string;
}

/** Text to take away: shown whole, copied by a button, or by hand where a browser has no clipboard for pages. */
export function Copyable({ text, label }: Props) {
  const clipboard = useClipboard({ timeout: 2000 });
  return (
    <Stack gap="xs">
      <Code block tabIndex={0} role="region" aria-label={label} className="copyable">
        {text}
      </Code>
      <Group gap="sm">
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            clipboard.copy(text);
          }}
        >
          {clipboard.copied ? 'Copied' : `Copy ${label}`}
        </Button>
        {clipboard.error && (
          <Text size="sm" role="alert">
            This browser keeps its clipboard from the page: select the text and copy it by hand.
          </Text>
        )}
      </Group>
    </Stack>
  );
}
