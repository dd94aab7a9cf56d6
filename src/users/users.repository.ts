import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { isUniqueViolation } from '../database/errors.js';
import { User } from './user.entity.js';
import { UsernameTakenError } from './users.errors.js';

const NAME_INDEX = 'uq_users_username';

/** Accounts in the database. */
@Injectable()
export class UsersRepository {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** @throws UsernameTakenError, also when two came at once */
  async insert(user: User): Promise<void> {
    await this.users.insert(user).catch(refuseTakenName);
  }

  find(userId: string): Promise<User | null> {
    return this.users.findOneBy({ id: userId });
  }

  /** Everybody, for the operator. */
  listAll(): Promise<User[]> {
    return this.users.find({ order: { id: 'ASC' } });
  }

  /** Whatever the case of the name. */
  findByName(username: string): Promise<User | null> {
    return this.users
      .createQueryBuilder('user')
      .where('lower(user.username) = lower(:username)', { username })
      .getOne();
  }

  /** @throws UsernameTakenError */
  async update(userId: string, change: Partial<Pick<User, 'username' | 'fullName'>>): Promise<void> {
    await this.users.update({ id: userId }, change).catch(refuseTakenName);
  }

  /** Replaces the password, provided that the given one is still in force; whether it was. */
  async replacePassword(
    userId: string,
    current: string,
    next: string,
    manager: EntityManager = this.users.manager,
  ): Promise<boolean> {
    const { affected } = await manager.update(User, { id: userId, passwordHash: current }, { passwordHash: next });
    return affected === 1;
  }

  /** Deletes a user with, by cascade, all that is theirs, provided that the password is still in force. */
  async delete(manager: EntityManager, userId: string, passwordHash: string): Promise<boolean> {
    const { affected } = await manager.delete(User, { id: userId, passwordHash });
    return affected === 1;
  }
}

function refuseTakenName(error: unknown): never {
  throw isUniqueViolation(error, NAME_INDEX) ? new UsernameTakenError() : error;
}
