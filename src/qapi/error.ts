import { UserError } from '../base/errors.ts';

/** The classes that QMP sorts errors into; nearly everything is a GenericError. */
export type ErrorClass = 'GenericError' | 'CommandNotFound' | 'DeviceNotActive' | 'DeviceNotFound' | 'KVMMissingCap';

/** What a client is told when its command cannot be done: a class for programs, a sentence for people. */
export class QapiError extends UserError {
  readonly errorClass: ErrorClass;

  constructor(description: string, errorClass: ErrorClass = 'GenericError') {
    super(description, { code: errorClass });
    this.errorClass = errorClass;
  }
}
