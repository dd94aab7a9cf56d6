import { Button, Group, Loader, Stack, Text } from '@mantine/core';
import { useEffect, useState } from 'react';

/** What comes sooner than this needs no sign that it is coming. */
const SOON_MS = 150;
const SLOW_MS = 6_000;

/** Something is on its way: nothing at first, then its name, and words once it takes long. */
export function Waiting({ what, retry }: { what: string; retry?: () => void }) {
  const [after, setAfter] = useState<'at-once' | 'soon' | 'slow'>('at-once');
  useEffect(() => {
    const soon = setTimeout(setAfter, SOON_MS, 'soon');
    const slow = setTimeout(setAfter, SLOW_MS, 'slow');
    return () => {
      clearTimeout(soon);
      clearTimeout(slow);
    };
  }, []);
  return (
    <Stack gap="xs" py="sm" role="status">
      {after !== 'at-once' && (
        <Group gap="sm">
          <Loader size="sm" aria-hidden="true" />
          <Text size="sm" c="dimmed">
            Loading {what}
          </Text>
        </Group>
      )}
      {after === 'slow' && (
        <Group gap="sm">
          <Text size="sm">The service takes its time to answer. It is still being asked; nothing is lost.</Text>
          {retry && (
            <Button size="compact-sm" variant="default" onClick={retry}>
              Ask again
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
