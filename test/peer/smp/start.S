# Harts of S under an SBI: the first at start, the others where hart_start sends them.
	.section .text.start
	.globl	_start
_start:
	call	stack_of
	mv	s0, a0
	call	clear
	mv	a0, s0
	call	first
1:	wfi
	j	1b

	.globl	other
other:
	call	stack_of
	mv	t0, a1
	jalr	t0
1:	wfi
	j	1b

# a0: the hart. Its stack are the 16 KiB below stacks + (hart + 1) * 16 KiB.
stack_of:
	la	sp, stacks
	addi	t0, a0, 1
	slli	t0, t0, 14
	add	sp, sp, t0
	ret

	.section .bss
	.balign	4096
	.globl	stacks
stacks:
	.skip	8 * 16384
