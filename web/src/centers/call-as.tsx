import { Anchor, Collapse, SegmentedControl, Stack, Text, UnstyledButton } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useState } from 'react';
import { Link } from 'react-router';
import { Copyable } from '../ui/copy';
import { type Call, callAs, type Language, LANGUAGES } from './call-code';

/** What has just been asked here, for a program to ask. */
export function CallAs({ call }: { call: Call }) {
  const [open, { toggle }] = useDisclosure();
  const [language, setLanguage] = useState<Language>('curl');
  return (
    <div>
      <UnstyledButton onClick={toggle} aria-expanded={open}>
        <Text size="sm" td="underline">
          The same from a program
        </Text>
      </UnstyledButton>
      <Collapse expanded={open}>
        {open && (
          <Stack gap="xs" pt="xs" align="stretch">
            <SegmentedControl
              aria-label="Language"
              size="xs"
              data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
              value={language}
              onChange={(next) => {
                setLanguage(next as Language);
              }}
            />
            <Copyable text={callAs(language, call)} label={`the ${LANGUAGES[language]} call`} />
            <Text size="sm" c="dimmed">
              It reads an{' '}
              <Anchor component={Link} to="/settings/keys" inherit underline="always">
                API key
              </Anchor>{' '}
              that may predict from the environment variable CENTROID_KEY.
            </Text>
          </Stack>
        )}
      </Collapse>
    </div>
  );
}
