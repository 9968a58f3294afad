# Bare metal, machine mode: prints a line, then counts without ever waiting. What is typed raises the
# UART's interrupt, which answers each character with a line: whether the count grew since the last
# one, and the character. A q switches off with status 7.

    .equ UART, 0x10000000
    .equ PLIC, 0x0c000000
    .equ UART_IRQ, 10

    .globl _start
_start:
    la t0, trap
    csrw mtvec, t0
    la a0, ready
    call print

    li s2, UART
    li t0, 1
    sb t0, 1(s2)                # IER: received data
    li s3, PLIC
    sw t0, 4 * UART_IRQ(s3)     # its priority
    li t0, 1 << UART_IRQ
    li t1, PLIC + 0x2000
    sw t0, 0(t1)                # enabled for hart 0, machine mode
    li s3, PLIC + 0x200000
    sw zero, 0(s3)              # threshold
    li t0, 1 << 11
    csrs mie, t0                # MEIE
    csrsi mstatus, 8            # MIE
    li s0, 0
    li s1, 0
spin:
    addi s0, s0, 1
    j spin

    .balign 4
trap:
    lw s4, 4(s3)                # claim
1:  lbu t0, 5(s2)
    andi t0, t0, 1              # LSR: data ready
    beqz t0, 2f
    lbu s5, 0(s2)
    la a0, stuck
    bleu s0, s1, 3f
    la a0, counted
3:  mv s1, s0
    call print
    mv a0, s5
    call put
    la a0, newline
    call print
    li t0, 'q'
    bne s5, t0, 1b
    li t0, 0x100000
    li t1, 7 << 16 | 0x3333     # sifive_test: ends with a status
    sw t1, 0(t0)
4:  j 4b
2:  sw s4, 4(s3)                # complete
    mret

# Prints the text at a0.
print:
    mv t2, ra
    mv t3, a0
1:  lbu a0, 0(t3)
    beqz a0, 2f
    call put
    addi t3, t3, 1
    j 1b
2:  jr t2

# Prints the character in a0.
put:
    li t0, UART
1:  lbu t1, 5(t0)
    andi t1, t1, 0x20           # LSR: room
    beqz t1, 1b
    sb a0, 0(t0)
    ret

ready:   .asciz "ready\n"
counted: .asciz "counted, "
stuck:   .asciz "stuck, "
newline: .asciz "\n"
