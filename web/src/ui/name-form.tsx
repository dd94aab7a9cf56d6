import { Button, Group, TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';

/** A menu that closes gives the keyboard back to its button; a form that it opened must come after that. */
const AFTER_MENU_MS = 30;

interface Props {
  label: string;
  value: string;
  onSave: (next: string) => void;
  onClose: () => void;
}

/** A name in the place where it stands: Enter keeps it, Escape leaves it as it was. */
export function NameForm({ label, value, onSave, onClose }: Props) {
  const [name, setName] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const timer = setTimeout(() => input.current?.focus(), AFTER_MENU_MS);
    return () => {
      clearTimeout(timer);
    };
  }, []);
  return (
    <form
      className="name-form"
      onSubmit={(event) => {
        event.preventDefault();
        const next = name.trim();
        if (next && next !== value) onSave(next);
        onClose();
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <Group gap="xs" wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          aria-label={label}
          value={name}
          maxLength={200}
          ref={input}
          onFocus={(event) => {
            event.currentTarget.select();
          }}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
        />
        <Button size="xs" type="submit" disabled={!name.trim()}>
          Save
        </Button>
      </Group>
    </form>
  );
}
