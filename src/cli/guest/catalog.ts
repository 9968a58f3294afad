/** The guests that can be fetched by name. */

/** One file of a guest and where a publisher keeps it. */
export type GuestFile = {
  /** Its path in the Debian package. */
  inPackage: string;
  /** Its path below the directory of a mirror's SHA256SUMS. */
  onMirror: string;
};

export type Guest = {
  name: string;
  title: string;
  suite: string;
  /** The Debian package that holds the files. */
  package: string;
  /** The directory of the same files on a mirror, below the suite; it holds a SHA256SUMS. */
  images: string;
  /** About how much is downloaded, for people. */
  megabytes: number;
  kernel: GuestFile;
  initrd: GuestFile;
  /** What boots it: the program, and its options besides -kernel and -initrd. */
  program: string;
  options: readonly string[];
};

function debianInstaller(arch: string, machine: Pick<Guest, 'program' | 'options' | 'megabytes'>): Guest {
  const file = (name: string): GuestFile => ({
    inPackage: `usr/lib/debian-installer/images/13/${arch}/text/debian-installer/${arch}/${name}`,
    onMirror: `netboot/debian-installer/${arch}/${name}`,
  });
  return {
    name: `debian-installer-${arch}`,
    title: `a shell in the Debian 13 installer, ${arch}`,
    suite: 'trixie',
    package: `debian-installer-13-netboot-${arch}`,
    images: `main/installer-${arch}/current/images`,
    kernel: file('linux'),
    initrd: file('initrd.gz'),
    ...machine,
  };
}

export const GUESTS: readonly Guest[] = [
  debianInstaller('riscv64', {
    program: 'tinamou-system-riscv64',
    options: ['-M', 'virt', '-m', '512M', '-append', 'rdinit=/bin/sh', '-nographic'],
    megabytes: 52,
  }),
];

/** What a command means when no guest is named. */
export const DEFAULT_GUEST = GUESTS[0]!;
