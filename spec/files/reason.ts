/** Reasons: what the system says of a file that cannot be read or written, in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EBADF', 'it is not open'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'it would be larger than files may become'],
  ['EISDIR', 'this is a folder'],
  ['ELOOP', 'its symbolic links form a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['ENOENT', 'there is no such file'],
  ['ENOSPC', 'no space left on the device'],
  ['ENOTDIR', 'a part of its path is not a folder'],
  ['ENXIO', 'there is no such device'],
  ['EPERM', 'permission denied'],
  ['EPIPE', 'its reader has closed it'],
  ['EROFS', 'the file system is read-only'],
]);

/** Returns the code of an error of the system, such as `ENOSPC`; null for any other error. */
export function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** Returns why the system refused, in words where its code is a usual one. Any other error is a defect, and thrown. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error);
  if (code === null) throw error;
  return REASONS.get(code) ?? code;
}
