import { Button, Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { tryConnection, useReachable } from './connection';

const AGAIN_MS = 5_000;

/** Says that the service cannot be reached, tries again by itself, and catches up once it can. */
export function OfflineBanner() {
  const reachable = useReachable();
  const client = useQueryClient();
  const [trying, setTrying] = useState(false);
  useEffect(() => {
    if (reachable) return;
    const timer = setInterval(() => void tryConnection(), AGAIN_MS);
    return () => {
      clearInterval(timer);
      void client.invalidateQueries();
    };
  }, [reachable, client]);
  const again = async () => {
    setTrying(true);
    await tryConnection();
    setTrying(false);
  };
  return (
    <div role="status">
      {!reachable && (
        <Group className="offline" justify="center" gap="sm" p="xs">
          <Text size="sm">
            The service cannot be reached. What you see may be old; nothing you entered is lost, and it is asked again
            every few seconds.
          </Text>
          <Button size="compact-sm" variant="default" loading={trying} onClick={() => void again()}>
            Try now
          </Button>
        </Group>
      )}
    </div>
  );
}
