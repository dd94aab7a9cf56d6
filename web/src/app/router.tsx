import { type ComponentType, lazy } from 'react';
import { createBrowserRouter } from 'react-router';
import { SignInPage } from '../session/sign-in-page';
import { Gate } from './gate';
import { Broken, Missing } from './missing';

/** A screen that comes when it is opened; who only signs in need not wait for the rest. */
function screen<Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) {
  return lazy(async () => ({ default: (await load())[name] }));
}

const Welcome = screen(() => import('../chats/welcome'), 'Welcome');
const ChatPage = screen(() => import('../chats/chat-page'), 'ChatPage');
const CentersListPage = screen(() => import('../centers/centers-list-page'), 'CentersListPage');
const CentersPage = screen(() => import('../centers/centers-page'), 'CentersPage');
const ResultPage = screen(() => import('../results/result-page'), 'ResultPage');
const SettingsPage = screen(() => import('../settings/settings-page'), 'SettingsPage');

/** Every screen has an address that can be sent. */
export const router = createBrowserRouter([
  { path: '/sign-in', element: <SignInPage />, errorElement: <Broken /> },
  {
    element: <Gate />,
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
