/**
 * Host calls and signals on aarch64. Called by AAPCS64; Linux takes a call's number in x8, arguments in x0 to x5, and
 * spoils x0 only. Offsets off x9 are the window's (window.ts), off x2 the ucontext's: uc_stack 16, uc_sigmask 40, pc 440.
 */
import { assemble, type MachineCode } from './machine-code.ts';

export const AARCH64_TABLE = `
  call:
    9e790009             ; fcvtzu x9, d0
    f9400128             ; ldr x8, [x9]
    a9408520             ; ldp x0, x1, [x9, #8]
    a9418d22             ; ldp x2, x3, [x9, #24]
    a9429524             ; ldp x4, x5, [x9, #40]
    d4000001             ; svc #0
    f9001d20             ; str x0, [x9, #56]
    d65f03c0             ; ret
  blocking:
    9e790009             ; fcvtzu x9, d0
    f9400128             ; ldr x8, [x9]
    a9408520             ; ldp x0, x1, [x9, #8]
    a9418d22             ; ldp x2, x3, [x9, #24]
    a9429524             ; ldp x4, x5, [x9, #40]
  look:
    b940412a             ; ldr w10, [x9, #64]
    3500000a @before     ; cbnz w10, before
    d4000001             ; svc #0
  after:
    f9001d20             ; str x0, [x9, #56]
    d65f03c0             ; ret
  before:
    92803fe0             ; mov x0, #-512
    14000000 @after      ; b after
  handler:
    f9400849             ; ldr x9, [x2, #16]
    b4000009 @stray      ; cbz x9, stray
    f9400129             ; ldr x9, [x9]
    5280004a             ; mov w10, #2
    7101001f             ; cmp w0, #64
    54000000 @raise      ; b.eq raise
    b9004520             ; str w0, [x9, #68]
    f940144b             ; ldr x11, [x2, #40]
    f900312b             ; str x11, [x9, #96]
    f9402d2c             ; ldr x12, [x9, #88]
    aa0c016b             ; orr x11, x11, x12
    f900144b             ; str x11, [x2, #40]
    9102012c             ; add x12, x9, #128
    5280010d             ; mov w13, #8
  copy:
    a8c13c2e             ; ldp x14, x15, [x1], #16
    a8813d8e             ; stp x14, x15, [x12], #16
    710005ad             ; subs w13, w13, #1
    54000001 @copy       ; b.ne copy
    b940892b             ; ldr w11, [x9, #136]
    3140217f             ; cmn w11, #8, lsl #12
    5400000c @genuine    ; b.gt genuine
    1140416b             ; add w11, w11, #16, lsl #12
    b900892b             ; str w11, [x9, #136]
  genuine:
    5280002a             ; mov w10, #1
  raise:
    9101012c             ; add x12, x9, #64
  again:
    885ffd8b             ; ldaxr w11, [x12]
    2a0a016b             ; orr w11, w11, w10
    880dfd8b             ; stlxr w13, w11, [x12]
    3500000d @again      ; cbnz w13, again
    f940252c             ; ldr x12, [x9, #72]
    b400000c @range      ; cbz x12, range
    b940512a             ; ldr w10, [x9, #80]
  again_exit:
    885ffd8b             ; ldaxr w11, [x12]
    2a0a016b             ; orr w11, w11, w10
    880dfd8b             ; stlxr w13, w11, [x12]
    3500000d @again_exit ; cbnz w13, again_exit
  range:
    f940dc4b             ; ldr x11, [x2, #440]
    1000000c @look       ; adr x12, look
    eb0c017f             ; cmp x11, x12
    54000003 @done       ; b.lo done
    1000000c @after      ; adr x12, after
    eb0c017f             ; cmp x11, x12
    54000002 @done       ; b.hs done
    1000000c @before     ; adr x12, before
    f900dc4c             ; str x12, [x2, #440]
  done:
    d65f03c0             ; ret
  stray:
    d29fffe9             ; mov x9, #0xffff
    f2afffe9             ; movk x9, #0x7fff, lsl #16
    f2dfffc9             ; movk x9, #0xfffe, lsl #32
    f2e7ffe9             ; movk x9, #0x3fff, lsl #48
    f940144a             ; ldr x10, [x2, #40]
    aa09014a             ; orr x10, x10, x9
    f900144a             ; str x10, [x2, #40]
    7101001f             ; cmp w0, #64
    54000000 @done       ; b.eq done
    b9400829             ; ldr w9, [x1, #8]
    51404129             ; sub w9, w9, #16, lsl #12
    b9000829             ; str w9, [x1, #8]
    2a0003e9             ; mov w9, w0
    aa0103e3             ; mov x3, x1
    52801588             ; mov w8, #172
    d4000001             ; svc #0
    2a0003e1             ; mov w1, w0
    2a0903e2             ; mov w2, w9
    52801e08             ; mov w8, #240
    d4000001             ; svc #0
    d65f03c0             ; ret
  fault:
    b940082a             ; ldr w10, [x1, #8]
    f9400849             ; ldr x9, [x2, #16]
    7100015f             ; cmp w10, #0
    5400000c @raised     ; b.gt raised
    b4000009 @stray      ; cbz x9, stray
    f9400129             ; ldr x9, [x9]
    b940452a             ; ldr w10, [x9, #68]
    3400000a @handler    ; cbz w10, handler
    14000000 @stray      ; b stray
  raised:
    71002c1f             ; cmp w0, #11
    54000001 @deadly     ; b.ne deadly
    b4000009 @deadly     ; cbz x9, deadly
    f9400129             ; ldr x9, [x9]
    f940352a             ; ldr x10, [x9, #104]
    b400000a @deadly     ; cbz x10, deadly
    d61f0140             ; br x10
  deadly:
    d10083ff             ; sub sp, sp, #32
    a9007fff             ; stp xzr, xzr, [sp]
    a9017fff             ; stp xzr, xzr, [sp, #16]
    910003e1             ; mov x1, sp
    d2800002             ; mov x2, #0
    d2800103             ; mov x3, #8
    528010c8             ; mov w8, #134
    d4000001             ; svc #0
    910083ff             ; add sp, sp, #32
    d65f03c0             ; ret
  freeze:
    b9400829             ; ldr w9, [x1, #8]
    3101353f             ; cmn w9, #77
    54000001 @done       ; b.ne done
    f9400c29             ; ldr x9, [x1, #24]
    910003ea             ; mov x10, sp
    f900052a             ; str x10, [x9, #8]
    d53bd04a             ; mrs x10, tpidr_el0
    f900092a             ; str x10, [x9, #16]
    f9001522             ; str x2, [x9, #40]
    f900193e             ; str x30, [x9, #48]
    5280002a             ; mov w10, #1
    889ffd2a             ; stlr w10, [x9]
    aa0903e0             ; mov x0, x9
    52800021             ; mov w1, #1
    52800022             ; mov w2, #1
    52800c48             ; mov w8, #98
    d4000001             ; svc #0
  frozen:
    aa0903e0             ; mov x0, x9
    52800001             ; mov w1, #0
    52800022             ; mov w2, #1
    d2800003             ; mov x3, #0
    52800c48             ; mov w8, #98
    d4000001             ; svc #0
    88dffd2a             ; ldar w10, [x9]
    7100055f             ; cmp w10, #1
    54000000 @frozen     ; b.eq frozen
    5280008a             ; mov w10, #4
    889ffd2a             ; stlr w10, [x9]
    d65f03c0             ; ret
  fork:
    9e790009             ; fcvtzu x9, d0
    9104012a             ; add x10, x9, #256
    f940012b             ; ldr x11, [x9]
  ask:
    b400000b @asked      ; cbz x11, asked
    f9002d2a             ; str x10, [x9, #88]
    f9400520             ; ldr x0, [x9, #8]
    f9401141             ; ldr x1, [x10, #32]
    528007e2             ; mov w2, #63
    91010123             ; add x3, x9, #64
    52801e08             ; mov w8, #240
    d4000001             ; svc #0
    34000000 @ask_next   ; cbz w0, ask_next
    5280006c             ; mov w12, #3
    b900014c             ; str w12, [x10]
  ask_next:
    9101014a             ; add x10, x10, #64
    d100056b             ; sub x11, x11, #1
    14000000 @ask        ; b ask
  asked:
    9104012a             ; add x10, x9, #256
    f940012b             ; ldr x11, [x9]
    1281ffed             ; mov w13, #-4096
  await:
    b400000b @all_frozen ; cbz x11, all_frozen
    88dffd4c             ; ldar w12, [x10]
    3500000c @await_next ; cbnz w12, await_next
    aa0a03e0             ; mov x0, x10
    52800001             ; mov w1, #0
    52800002             ; mov w2, #0
    9100c123             ; add x3, x9, #48
    52800c48             ; mov w8, #98
    d4000001             ; svc #0
    3101b81f             ; cmn w0, #110
    54000001 @await      ; b.ne await
    f9400520             ; ldr x0, [x9, #8]
    f9401141             ; ldr x1, [x10, #32]
    52800002             ; mov w2, #0
    52801068             ; mov w8, #131
    d4000001             ; svc #0
    34000000 @await      ; cbz w0, await
    5280006c             ; mov w12, #3
    b900014c             ; str w12, [x10]
  await_next:
    9101014a             ; add x10, x10, #64
    d100056b             ; sub x11, x11, #1
    14000000 @await      ; b await
  all_frozen:
    9104012a             ; add x10, x9, #256
    f940012b             ; ldr x11, [x9]
  check:
    b400000b @copy_process; cbz x11, copy_process
    b940014c             ; ldr w12, [x10]
    7100059f             ; cmp w12, #1
    54000001 @check_next ; b.ne check_next
    b940054c             ; ldr w12, [x10, #4]
    3500000c @check_next ; cbnz w12, check_next
    f940154c             ; ldr x12, [x10, #40]
    b940b98c             ; ldr w12, [x12, #184]
    3100119f             ; cmn w12, #4
    54000001 @thaw       ; b.ne thaw
  check_next:
    9101014a             ; add x10, x10, #64
    d100056b             ; sub x11, x11, #1
    14000000 @check      ; b check
  copy_process:
    a94c0520             ; ldp x0, x1, [x9, #192]
    52800162             ; mov w2, #11
    52801d28             ; mov w8, #233
    d4000001             ; svc #0
    a94d0520             ; ldp x0, x1, [x9, #208]
    52800162             ; mov w2, #11
    52801d28             ; mov w8, #233
    d4000001             ; svc #0
    f9400920             ; ldr x0, [x9, #16]
    d2800001             ; mov x1, #0
    d2800002             ; mov x2, #0
    d2800003             ; mov x3, #0
    f9400d24             ; ldr x4, [x9, #24]
    52801b88             ; mov w8, #220
    d4000001             ; svc #0
    2a0003ed             ; mov w13, w0
    35000000 @thaw       ; cbnz w0, thaw
    9104012a             ; add x10, x9, #256
    f940012b             ; ldr x11, [x9]
  revive:
    b400000b @thaw       ; cbz x11, thaw
    b940054c             ; ldr w12, [x10, #4]
    b940014e             ; ldr w14, [x10]
    0a0e018c             ; and w12, w12, w14
    7100059f             ; cmp w12, #1
    54000001 @revive_next; b.ne revive_next
    5281e000             ; mov w0, #0x0f00
    72a005a0             ; movk w0, #0x2d, lsl #16
    f9400541             ; ldr x1, [x10, #8]
    d2800002             ; mov x2, #0
    f9400943             ; ldr x3, [x10, #16]
    f9400d44             ; ldr x4, [x10, #24]
    52801b88             ; mov w8, #220
    d4000001             ; svc #0
    35000000 @revive_next; cbnz w0, revive_next
    f940195e             ; ldr x30, [x10, #48]
    d65f03c0             ; ret
  revive_next:
    9101014a             ; add x10, x10, #64
    d100056b             ; sub x11, x11, #1
    14000000 @revive     ; b revive
  thaw:
    9104012a             ; add x10, x9, #256
    f940012b             ; ldr x11, [x9]
  thaw_one:
    b400000b @thawed     ; cbz x11, thawed
    b940014c             ; ldr w12, [x10]
    7100059f             ; cmp w12, #1
    54000001 @thaw_next  ; b.ne thaw_next
    5280004c             ; mov w12, #2
    889ffd4c             ; stlr w12, [x10]
    aa0a03e0             ; mov x0, x10
    52800021             ; mov w1, #1
    52800022             ; mov w2, #1
    52800c48             ; mov w8, #98
    d4000001             ; svc #0
  thaw_next:
    9101014a             ; add x10, x10, #64
    d100056b             ; sub x11, x11, #1
    14000000 @thaw_one   ; b thaw_one
  thawed:
    2a0d03e0             ; mov w0, w13
    d65f03c0             ; ret
`;

export const aarch64Code = (): MachineCode => assemble(AARCH64_TABLE);
