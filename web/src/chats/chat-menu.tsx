import { ActionIcon, Menu } from '@mantine/core';
import { useNavigate, useParams } from 'react-router';
import { api, type Schemas } from '../api/client';
import { useConfirm } from '../ui/confirm';
import { Dots } from '../ui/icons';
import { useChatMutation } from './queries';

/** What can be done with a chat as a whole. */
export function ChatMenu({ chat, onRename }: { chat: Schemas['ChatDto']; onRename: () => void }) {
  const navigate = useNavigate();
  const confirm = useConfirm();
  const open = useParams().chatId;
  const remove = useChatMutation(chat.id, async () => {
    await api.DELETE('/api/v1/chats/{chatId}', { params: { path: { chatId: chat.id } } });
    if (open === chat.id) await navigate('/');
  });
  const ask = async () => {
    const yes = await confirm({
      title: `Delete "${chat.title}"?`,
      text: 'Its tables, runs, centers and notes go with it. This cannot be undone.',
      action: 'Delete the chat',
    });
    if (yes) remove.mutate(undefined);
  };
  return (
    <Menu position="bottom-end" returnFocus>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" aria-label={`More about ${chat.title}`} loading={remove.isPending}>
          <Dots />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={onRename}>Rename</Menu.Item>
        <Menu.Item onClick={() => void ask()}>Delete</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
