.section .text.start, "ax"
.globl _start
_start:
  la sp, stack_end
  call begin
1:
  j 1b

.bss
.balign 16
.space 4096
stack_end:
