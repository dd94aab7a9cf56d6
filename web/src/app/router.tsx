import { lazy } from 'react';
import { createBrowserRouter } from 'react-router';
import { ChatPage } from '../chats/chat-page';
import { Welcome } from '../chats/welcome';
import { ResultPage } from '../results/result-page';
import { SignInPage } from '../session/sign-in-page';
import { Layout } from './layout';
import { Missing, Broken } from './missing';

// Screens that few begin with come when they are opened.
const SettingsPage = lazy(async () => ({ default: (await import('../settings/settings-page')).SettingsPage }));
const CentersListPage = lazy(async () => ({
  default: (await import('../centers/centers-list-page')).CentersListPage,
}));
const CentersPage = lazy(async () => ({ default: (await import('../centers/centers-page')).CentersPage }));

/** Every screen has an address that can be sent. */
export const router = createBrowserRouter([
  { path: '/sign-in', element: <SignInPage /> },
  {
    element: <Layout />,
    errorElement: <Broken />,
    children: [
      { index: true, element: <Welcome /> },
      { path: '/chats/:chatId', element: <ChatPage /> },
      { path: '/chats/:chatId/centers', element: <CentersListPage /> },
      { path: '/centers/:centersId', element: <CentersPage /> },
      { path: '/runs/:runId', element: <ResultPage /> },
      { path: '/settings/:part?', element: <SettingsPage /> },
      { path: '*', element: <Missing /> },
    ],
  },
]);
