import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';

export function ThemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme('light') === 'dark';
  const next = dark ? 'light' : 'dark';
  return (
    <ActionIcon
      variant="default"
      size="md"
      aria-label={`Use the ${next} theme`}
      onClick={() => {
        setColorScheme(next);
      }}
    >
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}
