/**
 * Linux in QEMU: Debian's own kernel boots with page events traced, two processors write and delete files and start processes, and the
 * trace is printed on the serial console. Needs qemu-system-x86, busybox-static, dpkg, and the kernel's package, which apt downloads.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE = 'linux-image-cloud-amd64';

/** The first process: mounts what it needs, runs the load, prints the trace. */
const INIT = `#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /tmp /dev
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tracefs tracefs /sys/kernel/tracing
mount -t tmpfs tmpfs /tmp
work() {
  i=0
  while [ $i -lt 80 ]; do
    dd if=/dev/zero of=/tmp/$1 bs=4k count=48 2>/dev/null
    md5sum /tmp/$1 >/dev/null
    rm /tmp/$1
    i=$((i+1))
  done
}
work a & work b & wait
echo 0 > /sys/kernel/tracing/tracing_on
sed "s/ migratetype.*//" /sys/kernel/tracing/trace
poweroff -f
`;

const EVENTS = 'trace_event=kmem:mm_page_alloc,kmem:mm_page_free trace_buf_size=40M trace_clock=global';

/** Returns an entry of a cpio archive in the format "newc". */
function cpioEntry(name: string, mode: number, data: Buffer, inode: number): Buffer {
  const fields = [inode, mode, 0, 0, 1, 0, data.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((n) => n.toString(16).padStart(8, '0')).join('')}${name}\0`;
  const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
  return Buffer.concat([padded(Buffer.from(header, 'latin1')), padded(data)]);
}

/** Returns the file system that the kernel boots into. */
function initramfs(): Buffer {
  const none = Buffer.alloc(0);
  const entries: readonly (readonly [string, number, Buffer])[] = [
    ['bin', 0o40755, none],
    ['bin/busybox', 0o100755, readFileSync('/bin/busybox')],
    ['init', 0o100755, Buffer.from(INIT)],
    ['TRAILER!!!', 0, none],
  ];
  return Buffer.concat(entries.map(([name, mode, data], inode) => cpioEntry(name, mode, data, inode + 1)));
}

function apt(command: string, folder: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
}

/** Returns the path of Debian's kernel image in a folder, where it is unpacked once. */
function kernelIn(folder: string): string {
  const boot = join(folder, 'boot');
  if (!existsSync(boot)) {
    const [, image = ''] =
      /Depends: (linux-image-\S+)/.exec(apt('apt-cache', folder, 'depends', PACKAGE)) ?? [];
    apt('apt-get', folder, 'download', image);
    const archive = readdirSync(folder).find((name) => name.endsWith('.deb')) ?? '';
    apt('dpkg', folder, '-x', archive, '.');
  }
  return join(boot, readdirSync(boot).find((name) => name.startsWith('vmlinuz')) ?? 'vmlinuz');
}

/** Boots Linux with a load, and returns all that its console printed. Downloads the kernel into `folder` where it is not there. */
export function bootLinux(folder: string): string {
  mkdirSync(folder, { recursive: true });
  const [kernel, initrd] = [kernelIn(folder), join(folder, 'initramfs')];
  writeFileSync(initrd, initramfs());
  const line = `console=ttyS0 quiet panic=-1 ${EVENTS}`;
  const machine = ['-m', '256', '-smp', '2', '-nographic', '-no-reboot'];
  return execFileSync(
    'qemu-system-x86_64',
    [...machine, '-kernel', kernel, '-initrd', initrd, '-append', line],
    {
      encoding: 'latin1',
      maxBuffer: 2 ** 28,
      timeout: 300_000,
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
}
