import { Button, Group, Modal, Stack, Text } from '@mantine/core';
import { createContext, type ReactNode, use, useCallback, useState } from 'react';

interface Question {
  title: string;
  /** What will be lost. */
  text: string;
  /** What the button says that does it. */
  action: string;
}
type Confirm = (question: Question) => Promise<boolean>;

const Asking = createContext<Confirm>(() => Promise.resolve(false));

/** Asks before what cannot be undone, and before nothing else. */
export function useConfirm(): Confirm {
  return use(Asking);
}

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [asked, setAsked] = useState<Question & { answer: (yes: boolean) => void }>();
  const confirm = useCallback((question: Question) => {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    setAsked({ ...question, answer: resolve });
    return promise;
  }, []);
  const answer = (yes: boolean) => {
    asked?.answer(yes);
    setAsked(undefined);
  };
  return (
    <Asking value={confirm}>
      {children}
      <Modal
        opened={asked !== undefined}
        onClose={() => {
          answer(false);
        }}
        title={asked?.title}
        centered
        withCloseButton={false}
        // The lock would put a style element into the page, which its policy forbids.
        lockScroll={false}
      >
        <Stack>
          <Text size="sm">{asked?.text}</Text>
          <Group justify="end">
            <Button
              variant="default"
              data-autofocus
              onClick={() => {
                answer(false);
              }}
            >
              Keep it
            </Button>
            <Button
              color="red.9"
              onClick={() => {
                answer(true);
              }}
            >
              {asked?.action}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Asking>
  );
}
