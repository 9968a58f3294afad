# Where a bare-metal guest program begins: hart 0 in machine mode, or in supervisor mode (SUPERVISOR)
# below an SBI. Every trap goes to an entry here, which notes it in `trap` and goes on behind the
# `attempt` or `enter` that is under way. What trapped is never returned to.

    .section .text.start, "ax"
    .global _start
_start:
    la sp, stack_top
    la t0, __bss_start
    la t1, __bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  la t0, trap_entry
#ifdef SUPERVISOR
    csrw stvec, t0
#else
    csrw mtvec, t0
    la t0, supervisor_trap_entry
    csrw stvec, t0
#endif
    call main
    .global power_off
power_off:
    li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
1:  j 1b

# What C sees as `trap`: cause, epc, value, status, mode, a0, vector, s2 to s9.
    .macro note mode, cause, epc, tval, status
    la gp, trap
    sd t6, 48(gp)
    sd s2, 56(gp)
    sd s3, 64(gp)
    sd s4, 72(gp)
    sd s5, 80(gp)
    sd s6, 88(gp)
    sd s7, 96(gp)
    sd s8, 104(gp)
    sd s9, 112(gp)
    sd a0, 40(gp)
    csrr t0, \cause
    sd t0, 0(gp)
    csrr t0, \epc
    sd t0, 8(gp)
    csrr t0, \tval
    sd t0, 16(gp)
    csrr t0, \status
    sd t0, 24(gp)
    li t0, \mode
    sd t0, 32(gp)
    .endm

# Aligned for vectored mode: interrupts enter at 4 * cause behind the first instruction. Each slot
# notes its number.
    .macro slots
    .set slot, 0
    .rept 16
    c.li t6, slot
    c.j 1f
    .set slot, slot + 1
    .endr
    .endm

    .balign 256
    .global trap_entry
trap_entry:
    slots
#ifdef SUPERVISOR
1:  note 1, scause, sepc, stval, sstatus
    j recover
#else
1:  la gp, is_noted
    ld t0, 0(gp)
    sd zero, 0(gp)
    bnez t0, 2f
    note 3, mcause, mepc, mtval, mstatus
2:  csrw mstatus, zero
    j recover

    .balign 256
    .global supervisor_trap_entry
supervisor_trap_entry:
    slots
1:  note 1, scause, sepc, stval, sstatus
    # Only machine mode can undo the experiment.
    la gp, is_noted
    li t0, 1
    sd t0, 0(gp)
    ecall
#endif

    .macro each_saved op
    \op ra, 0(sp)
    \op s0, 8(sp)
    \op s1, 16(sp)
    \op s2, 24(sp)
    \op s3, 32(sp)
    \op s4, 40(sp)
    \op s5, 48(sp)
    \op s6, 56(sp)
    \op s7, 64(sp)
    \op s8, 72(sp)
    \op s9, 80(sp)
    \op s10, 88(sp)
    \op s11, 96(sp)
    .endm
    .macro arm
    addi sp, sp, -112
    each_saved sd
    la t0, recover_sp
    sd sp, 0(t0)
    la t0, trap
    li t1, -1
    sd t1, 0(t0)
    .endm

# long attempt(long (*function)(long, long), long a, long b): what it returned; trap.cause stays -1
# unless a trap ended it.
    .global attempt
attempt:
    arm
    mv t0, a0
    mv a0, a1
    mv a1, a2
    jalr t0
    j 1f
recover:
    la t0, recover_sp
    ld sp, 0(t0)
    la t0, trap
    ld a0, 40(t0)
1:  each_saved ld
    addi sp, sp, 112
    ret

#ifndef SUPERVISOR
# long enter(void *pc, long a0, u64 status, long a1): goes there with these bits of mstatus, so in
# the privilege of its MPP, until a trap; gives a0 as it was then. Has its own stack.
    .global enter
enter:
    arm
    csrw mepc, a0
    csrw mstatus, a2
    mv a0, a1
    mv a1, a3
    la sp, lower_stack_top
    li t0, 0
    li t1, 0
    li gp, 0
    mret
#endif

    .bss
    .balign 4096
    .global trap
trap: .space 128
recover_sp: .space 8
is_noted: .space 8
    .balign 4096
    .space 16384
stack_top:
    .space 16384
lower_stack_top:
