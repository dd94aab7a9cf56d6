import './config/node-version.js';
import { existsSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DomainError } from './common/errors.js';
import { ConfigError, readConfig } from './config/app-config.js';
import { ConfigModule } from './config/config.module.js';
import { DatabaseStartError } from './database/data-source.js';
import { DatabaseModule } from './database/database.module.js';
import { QueueModule } from './database/queue/queue.module.js';
import { AdminService } from './users/admin.service.js';
import { UsersModule } from './users/users.module.js';

/** The accounts and the database below them, without HTTP and without anything that works by itself. */
@Module({})
class AdminModule {}

const USAGE = `npm run admin -- COMMAND

  users                  every account, when it was opened, whether it is disabled
  sessions NAME          the devices that a user is signed in on
  reset-password NAME    a new password, shown once; every session of theirs ends
  disable NAME           no sign-in, every session ends, every API key is dead
  enable NAME            takes "disable" back

It works on the database of the settings. The embedded one belongs to one process: stop the service first.
`;

type Command = (admin: AdminService, name: string) => Promise<string>;

const COMMANDS = new Map<string, { run: Command; takesName: boolean }>([
  ['users', { run: listUsers, takesName: false }],
  ['sessions', { run: listSessions, takesName: true }],
  ['reset-password', { run: resetPassword, takesName: true }],
  ['disable', { run: disable, takesName: true }],
  ['enable', { run: enable, takesName: true }],
]);

const [word = '', name = '', ...rest] = process.argv.slice(2);
const command = COMMANDS.get(word);
if (!command || rest.length > 0 || command.takesName !== (name !== '')) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  process.exitCode = await carryOut(command.run, name);
}

async function carryOut(run: Command, name: string): Promise<number> {
  try {
    if (existsSync('.env')) process.loadEnvFile('.env');
    const config = readConfig(process.env);
    const imports = [ConfigModule.register(config), DatabaseModule.register(config), QueueModule, UsersModule];
    const context = await NestFactory.createApplicationContext(
      { module: AdminModule, imports },
      { logger: ['fatal', 'error'], abortOnError: false },
    );
    try {
      process.stdout.write(await run(context.get(AdminService), name));
    } finally {
      await context.close();
    }
    return 0;
  } catch (error) {
    const foreseen =
      error instanceof ConfigError || error instanceof DatabaseStartError || error instanceof DomainError;
    process.stderr.write(`${foreseen ? error.message : String((error as Error).stack)}\n`);
    return 1;
  }
}

async function listUsers(admin: AdminService): Promise<string> {
  const users = await admin.list();
  return table(
    ['NAME', 'OPENED', 'DISABLED', 'ID'],
    users.map(({ username, createdAt, disabledAt, id }) => [username, time(createdAt), time(disabledAt), id]),
  );
}

async function listSessions(admin: AdminService, name: string): Promise<string> {
  const sessions = await admin.sessions(name);
  return table(
    ['SIGNED IN', 'LAST USED', 'ADDRESS', 'DEVICE'],
    sessions.map(({ createdAt, lastUsedAt, address, userAgent }) => [
      time(createdAt),
      time(lastUsedAt),
      address,
      // It was sent by somebody: nothing in it may steer the terminal.
      (userAgent ?? '').replace(/[^\x20-\x7e]/g, '?'),
    ]),
  );
}

async function resetPassword(admin: AdminService, name: string): Promise<string> {
  const password = await admin.resetPassword(name);
  return `The password of ${name} is now:\n\n  ${password}\n\nIt is not shown again. Every session has ended.\n`;
}

async function disable(admin: AdminService, name: string): Promise<string> {
  await admin.disable(name);
  return `${name} is disabled: every session has ended, every API key is dead.\n`;
}

async function enable(admin: AdminService, name: string): Promise<string> {
  await admin.enable(name);
  return `${name} may sign in again.\n`;
}

function time(date: Date | null): string {
  return date?.toISOString().replace('T', ' ').slice(0, 19) ?? '-';
}

function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i].length)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i]))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map((row) => `${line(row)}\n`).join('');
}
