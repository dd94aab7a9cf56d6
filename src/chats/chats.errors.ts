import { DomainError } from '../common/errors.js';

/** A pin must name centers of the same chat. */
export class PinNotFoundError extends DomainError {
  constructor() {
    super('impossible', 'chat.pin_not_found', 'pinnedCentersId names no centers of this chat.', [
      { path: 'pinnedCentersId', message: 'names no centers of this chat.' },
    ]);
  }
}
