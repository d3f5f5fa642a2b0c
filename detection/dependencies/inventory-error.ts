/** A file is no inventory that can be read. The message says which, what is wrong, what to do. */
export class InventoryError extends Error {
  readonly code = 'inventory-unreadable';
  constructor(message: string) {
    super(message);
    this.name = 'InventoryError';
  }
}
