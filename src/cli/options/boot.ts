import { valued, type OptionGroup } from './option.ts';

export const boot: OptionGroup = {
  title: 'Boot options',
  options: [
    valued('bios', 'file', 'firmware; `none` for none, and without the option it is built in', (settings, text) => {
      settings.bios = text;
    }),
    valued('kernel', 'file', 'kernel: a Linux Image (also gzip), an ELF or a raw program', (settings, text) => {
      settings.kernel = text;
    }),
    valued('initrd', 'file', 'initial RAM disk of the kernel', (settings, text) => {
      settings.initrd = text;
    }),
    valued('append', 'text', "the kernel's command line", (settings, text) => {
      settings.append = text;
    }),
    valued('dtb', 'file', 'device tree instead of the generated one', (settings, text) => {
      settings.dtb = text;
    }),
  ],
};
