# Where a kernel begins: hart 0 in machine mode, all of memory its own. It stays there, or with MODE_S
# goes on in supervisor mode under Sv39.

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
2:  la t0, entry
    csrw mtvec, t0
    # The floating point unit, which is off at reset.
    li t0, 0x2000
    csrs mstatus, t0
#ifdef MODE_S
    call map_memory
    csrw satp, a0
    sfence.vma
    # Without an entry that allows it, supervisor mode may touch nothing.
    li t0, -1
    csrw pmpaddr0, t0
    li t0, 0x1f
    csrw pmpcfg0, t0
    # cycle, time and instret
    li t0, 7
    csrw mcounteren, t0
    # MPP: supervisor
    li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x800
    csrs mstatus, t0
    la t0, start
    csrw mepc, t0
    mret
#else
    call start
#endif

# Nothing is delegated and no interrupt enabled: a trap is a mistake.
    .balign 4
entry:
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    call trapped

    .bss
    .balign 16
    .space 262144
stack_top:
