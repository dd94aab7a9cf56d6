import { ActionIcon, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { Schemas } from '../api/client';
import { Dots } from '../ui/icons';
import { downloadCenters, EXPORTS, type Export } from './formats';
import type { useCentersActions } from './use-centers';

interface Props {
  centers: Schemas['CentersDto'];
  actions: ReturnType<typeof useCentersActions>;
  pinned: boolean;
  onRename: () => void;
}

/** Pin, rename, take away in any format, delete. */
export function CentersMenu({ centers, actions, pinned, onRename }: Props) {
  const save = (format: Export) => {
    downloadCenters(centers, format).catch((error: unknown) => {
      notifications.show({ color: 'red', message: error instanceof Error ? error.message : 'The download failed.' });
    });
  };
  return (
    <Menu position="bottom-end" returnFocus>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about version ${centers.version}`}>
          <Dots />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={pinned ? actions.unpin : actions.pin}>
          {pinned ? 'Unpin' : "Pin: the chat's predictions follow it"}
        </Menu.Item>
        <Menu.Item onClick={onRename}>Rename</Menu.Item>
        <Menu.Divider />
        {EXPORTS.map((format) => (
          <Menu.Item
            key={format.format}
            onClick={() => {
              save(format);
            }}
          >
            {format.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void actions.remove().catch(() => undefined)}>Delete</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
